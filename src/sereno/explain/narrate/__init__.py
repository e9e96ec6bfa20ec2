"""Tells facts in words: templates that need no model, prompts for those that have one."""

from __future__ import annotations

from sereno.explain.narrate.choosing import ANALYSES, Analysis
from sereno.explain.narrate.narrator import narrate

__all__ = ["ANALYSES", "Analysis", "narrate"]

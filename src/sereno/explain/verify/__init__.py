"""Checks texts about a chart against its facts: every number, date, direction and name, in English and Spanish."""

from __future__ import annotations

from sereno.explain.verify.verifier import Sentence, Span, Verdict, Verifier, verify

__all__ = ["Sentence", "Span", "Verdict", "Verifier", "verify"]

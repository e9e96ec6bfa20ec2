"""Checks texts about a chart against its facts: every number, date, direction and name, in English and Spanish."""

from __future__ import annotations

from sereno.explain.verify.verifier import Grounds, Sentence, Span, Verdict, Verifier, grounds_of, verify, warm

__all__ = ["Grounds", "Sentence", "Span", "Verdict", "Verifier", "grounds_of", "verify", "warm"]

"""Answers of two models to the same questions, and which of each pair a judge calls better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sereno.quality.judging import Preference

CRITERIA = "correct, complete, to the point"
"""By which answers are compared whose question does not say."""
POINTS: Mapping[Preference, float] = {"a": 0.0, "tie": 0.5, "b": 1.0}
"""What the second one gets of each question's point; the first gets the rest."""


class Rivals(NamedTuple):
    """Two answers to one question, and by what they are judged."""

    item: str
    prompt: str
    a: str
    b: str
    criteria: str


class Preferred(NamedTuple):
    """Which of them is better; None where the judge did not say, and why.

    Attributes:
        by_place: whether the judge preferred a place instead, which counts as a tie.
    """

    item: str
    better: Preference | None
    by_place: bool = False
    error: str = ""

"""`Rule`: what the gate asks of a promotion."""

from __future__ import annotations

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a promotion asks for.

    Attributes:
        margin: by how much the candidate's mean score may be lower, 0–1.
        minimum: items of the frozen set at least.
        confidence: of the two-sided interval; its lower end is a one-sided test at (1 − confidence) / 2.
    """

    margin: float = 0.02
    minimum: int = 100
    confidence: float = 0.95

"""The interval of a difference between two figures, in words, and which of the two it makes the better one."""

from __future__ import annotations

from typing import Literal

from sereno.query.differences import FigureDifference
from sereno.web.page import Look

Better = Literal["more", "less"]
Side = Literal["a", "b"]


def better(best: Better | None, apart: FigureDifference) -> Side | None:
    """Which one is better; none where chance alone may have made the difference, or where neither is.

    Args:
        best: whether more or less of the figure is good.
        apart: how far b lies above a.
    """
    if best is None or not apart.sign:
        return None
    return "b" if (apart.sign > 0) == (best == "more") else "a"


def interval_text(low: float | None, high: float | None, unit: str, look: Look) -> str:
    """`+0.2 s to +0.4 s`; empty where either end is unknown."""
    if low is None or high is None:
        return ""
    return look.t["apart"].format(low=_signed(low, unit, look), high=_signed(high, unit, look))


def _signed(value: float, unit: str, look: Look) -> str:
    """A difference with its sign; one of shares in percentage points."""
    size = abs(value)
    if unit == "ratio":
        text = f"{look.shown.number(size * 100, 1)}\N{NO-BREAK SPACE}pp"
    else:
        text = look.shown.seconds(size) if unit == "seconds" else look.shown.rate(size)
    return ("+" if value > 0 else "−" if value < 0 else "") + text

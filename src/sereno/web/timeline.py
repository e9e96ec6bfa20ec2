"""How an answer came, as a drawing: waiting, the moments of its chunks, the longest pause. Geometry only.

A unit is a thousandth of the call's duration, so the drawing fits any width. Moments within one unit are one tick:
a page shows at most 1001, however many chunks there were.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.calls import Timing
from sereno.query.detail import TimelineChunk

UNITS = 1000


class Span(msgspec.Struct, frozen=True):
    """A stretch of the call: its left edge and width in units, its length in seconds."""

    x: int
    width: int
    seconds: float


class Phase(msgspec.Struct, frozen=True):
    """A stage as the model server reported it: `load`, `prompt_eval` or `eval`."""

    name: str
    span: Span


def phases(timing: Timing) -> list[Phase]:
    """The reported stages one after another, ending with the call: servers tell how long, not when.

    >>> [(p.name, p.span.x, p.span.width) for p in phases(Timing(total=4.0, load=1.0, eval=2.0))]
    [('load', 250, 250), ('eval', 500, 500)]
    """
    told = [(name, seconds) for name in ("load", "prompt_eval", "eval") if (seconds := getattr(timing, name))]
    total = sum(seconds for _, seconds in told)
    whole = max(timing.total, total, 1e-9)
    at, out = whole - total, []
    for name, seconds in told:
        left, right = round(at / whole * UNITS), round((at + seconds) / whole * UNITS)
        out.append(Phase(name, Span(left, max(1, right - left), seconds)))
        at += seconds
    return out


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The drawing.

    Attributes:
        total: seconds of the whole call.
        waiting: from the start to the first chunk.
        answering: from the first chunk to the last noted one.
        pause: the longest between two noted chunks; None below three chunks, where there is nothing to compare.
        path: the ticks as the data of an SVG path, in a drawing 40 units high.
        chunks: how many were noted.
    """

    total: float
    waiting: Span
    answering: Span
    pause: Span | None
    path: str
    chunks: int


def timeline(chunks: Sequence[TimelineChunk] | None, total: float) -> Timeline | None:
    """The drawing of a call's chunks, None where none were noted.

    Args:
        chunks: the noted chunks; times in seconds from the call's start, in order.
        total: seconds of the whole call.
    """
    if not chunks:
        return None
    at = [max(0.0, chunk.at) for chunk in chunks]
    whole = max(total, at[-1], 1e-9)

    def span(first: float, last: float) -> Span:
        left, right = round(first / whole * UNITS), round(last / whole * UNITS)
        return Span(left, max(1, right - left), max(0.0, last - first))

    pause = None
    if len(at) > 2:  # between two chunks there is one pause, the longest of nothing
        after = max(range(1, len(at)), key=lambda i: at[i] - at[i - 1])
        pause = span(at[after - 1], at[after])
    ticks = sorted({min(UNITS, round(moment / whole * UNITS)) for moment in at})
    return Timeline(
        total=whole,
        waiting=span(0.0, at[0]),
        answering=span(at[0], at[-1]),
        pause=pause,
        path="".join(f"M{x} 8V32" for x in ticks),
        chunks=len(at),
    )

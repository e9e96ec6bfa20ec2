"""Small lines for tables and tiles, drawn by the server: geometry of an SVG, no script, no axes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

WIDTH, HEIGHT = 100.0, 24.0
_MARGIN = 2.0


class Sparkline(msgspec.Struct, frozen=True):
    """The drawing, in a box of `WIDTH` × `HEIGHT`.

    Attributes:
        line: data of an SVG path; a gap where values are unknown, a dot for a value between two gaps.
        area: the same, closed down to the base line.
        last: where the last known value lies, None without one.
    """

    line: str
    area: str
    last: tuple[float, float] | None


def sparkline(values: Sequence[float | None]) -> Sparkline:
    """The drawing of values at even distances; it stands on 0, so its height tells shares.

    Args:
        values: any unit; None where unknown. Negative values move the base line down to the least.

    >>> sparkline([0, 4, None, 2]).line
    'M0 22L33.33 2M100 12h0'
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    low, high = min([0.0, *known]), max([0.0, *known])
    step = WIDTH / (len(values) - 1) if len(values) > 1 else 0.0
    line: list[str] = []
    area: list[str] = []
    for run in _runs(values):
        points = [(index * step, _height(value, low, high)) for index, value in run]
        text = "L".join(f"{x:.4g} {y:.4g}" for x, y in points)
        line.append(f"M{text}" if len(points) > 1 else f"M{text}h0")
        if len(points) > 1:
            area.append(f"M{points[0][0]:.4g} {HEIGHT:g}L{text}V{HEIGHT:g}Z")
    end = next(((i, v) for i, v in reversed(list(enumerate(values))) if v is not None and math.isfinite(v)), None)
    last = (round(end[0] * step, 1), round(_height(end[1], low, high), 1)) if end else None
    return Sparkline("".join(line), "".join(area), last)


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is not None and math.isfinite(value):
            runs[-1].append((index, value))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _height(value: float, low: float, high: float) -> float:
    room = HEIGHT - 2 * _MARGIN
    if high <= low:
        return HEIGHT - _MARGIN
    scale = max(high, -low)  # first divided, then subtracted: the span of two large numbers may not exist
    return HEIGHT - _MARGIN - room * (value / scale - low / scale) / (high / scale - low / scale)

"""Line plots as SVG text: axes, ticks, a legend; no script, nothing from elsewhere."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 34
_TICKS = 5
_LABELS = 8
_CLOCK = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800)
"""Seconds between two labels of a run's axis."""


class Line(NamedTuple):
    """One line: its name, its class (colour), its values; None leaves a gap."""

    name: str
    style: str
    values: Sequence[float | None]


class Axis(NamedTuple):
    """The horizontal axis: where each value lies (0 to 1), and ticks as (place, label)."""

    places: Sequence[float]
    ticks: Sequence[tuple[float, str]]


def plot(title: str, axis: Axis, lines: Sequence[Line], show: Callable[[float], str], no_values: str) -> str:
    """An SVG element.

    Args:
        title: read aloud in place of the drawing.
        axis: horizontal.
        lines: drawn from 0 upwards, all in one unit.
        show: a tick's label.
        no_values: what is said when there is nothing to draw.
    """
    known = [value for line in lines for value in line.values if value is not None and math.isfinite(value)]
    head = f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
    if not known:
        return f'{head}<text x="{WIDTH / 2:g}" y="{HEIGHT / 2:g}" class="none">{escape(no_values)}</text></svg>'
    steps = ticks(max(known))
    top = steps[-1]
    parts = [head]
    for value in steps:
        y = _y(value, top)
        parts.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="y" x="{LEFT - 8}" y="{y + 4:.1f}">{escape(show(value))}</text>')
    for place, label in axis.ticks:
        parts.append(f'<text class="x" x="{_x(place):.1f}" y="{HEIGHT - 12}">{escape(label)}</text>')
    parts += [
        f'<path class="{line.style}" d="{_path(axis.places, line.values, top)}">'
        f"<title>{escape(line.name)}</title></path>"
        for line in lines
    ]
    return "".join((*parts, "</svg>"))


def ticks(greatest: float) -> list[float]:
    """Round values from 0 up to at least the greatest.

    >>> ticks(0.83), ticks(0.0)
    ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0.0, 1.0])
    """
    if greatest <= 0:
        return [0.0, 1.0]
    rough = greatest / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [round(number * step, 12) for number in range(math.ceil(greatest / step - 1e-9) + 1)]


def in_time(moments: Sequence[float], end: float, show: Callable[[float], str]) -> Axis:
    """The axis of a run: seconds from its start."""
    end = end or 1.0
    step = next((step for step in _CLOCK if end / step <= _LABELS), end / _LABELS)
    marks = [number * step for number in range(int(end / step + 1e-9) + 1)]
    return Axis([at / end for at in moments], [(mark / end, show(mark)) for mark in marks])


def by_quantile(quantiles: Sequence[float]) -> Axis:
    """The axis of a latency curve: each nine takes the same room, as in HdrHistogram's plots; 1 lies at the end."""
    last = max((q for q in quantiles if q < 1), default=0.9)
    room = _nines(last) + 0.3

    def place(q: float) -> float:
        return 1.0 if q >= 1 else _nines(q) / room

    marks = [(0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (0.9999, "p99.99"), (1.0, "max")]
    return Axis([place(q) for q in quantiles], [(place(q), label) for q, label in marks if q <= last or q == 1])


def _nines(q: float) -> float:
    return -math.log10(1 - q)


def _x(place: float) -> float:
    return LEFT + place * (WIDTH - LEFT - RIGHT)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)


def _path(places: Sequence[float], values: Sequence[float | None], top: float) -> str:
    parts: list[str] = []
    pen_down = False
    for place, value in zip(places, values, strict=True):
        if value is None or not math.isfinite(value):
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{_x(place):.1f} {_y(value, top):.1f}{'' if pen_down else 'h0'}")
        pen_down = True
    return "".join(parts)

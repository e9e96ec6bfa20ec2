"""A radar, drawn by the server: geometry of an SVG. Few numbers and no axis of time, so it needs no script.

An unknown value is no corner: the lines to it are left out, where a chart library would draw it as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from math import cos, pi, sin

import msgspec

RADIUS = 100.0
VIEW = "-190 -126 380 252"
"""The drawing's box: the circle, and room for the names of the axes."""

_RINGS = (0.25, 0.5, 0.75, 1.0)
_NAMES_AT = 1.14
_MIDDLE = 0.1  # nearer than this to the vertical a name is centred over its axis


class Axis(msgspec.Struct, frozen=True):
    """One axis: its end, where its name stands (`anchor` as in SVG), and what it means."""

    name: str
    note: str
    end: tuple[float, float]
    label: tuple[float, float]
    anchor: str


class Corner(msgspec.Struct, frozen=True):
    """A known value: on which axis, how much, where."""

    axis: str
    value: float
    at: tuple[float, float]


class Shape(msgspec.Struct, frozen=True):
    """One series: data of an SVG path, whether it is a whole polygon, its corners."""

    name: str
    tone: str
    path: str
    whole: bool
    corners: tuple[Corner, ...]


class Radar(msgspec.Struct, frozen=True):
    """The drawing: rings at a quarter, a half, three quarters and all; axes; a shape a series."""

    rings: tuple[str, ...]
    axes: tuple[Axis, ...]
    shapes: tuple[Shape, ...]


def drawn(
    axes: Sequence[str], notes: Sequence[str], series: Sequence[tuple[str, str, Sequence[float | None]]], full: float
) -> Radar:
    """The drawing.

    Args:
        axes: their names, three or more, clockwise from the top.
        notes: what each means; as many as axes, or none.
        series: name, tone and a value an axis; None where unknown.
        full: the value at the outer ring, above 0.
    """
    count = len(axes)
    return Radar(
        rings=tuple(_path([_point(i, count, ring) for i in range(count)]) + "Z" for ring in _RINGS),
        axes=tuple(
            _axis(name, note, i, count) for i, (name, note) in enumerate(zip_longest(axes, notes, fillvalue=""))
        ),
        shapes=tuple(_shape(name, tone, axes, values, full) for name, tone, values in series),
    )


def _axis(name: str, note: str, index: int, count: int) -> Axis:
    x, y = _point(index, count, _NAMES_AT)
    anchor = "middle" if abs(x) < RADIUS * _MIDDLE else "start" if x > 0 else "end"
    return Axis(name, note, _point(index, count, 1.0), (x, y), anchor)


def _shape(name: str, tone: str, axes: Sequence[str], values: Sequence[float | None], full: float) -> Shape:
    count = len(values)
    at = [None if v is None else _point(i, count, min(1.0, max(0.0, v / full))) for i, v in enumerate(values)]
    corners = tuple(
        Corner(axis, value, point)
        for axis, value, point in zip(axes, values, at, strict=True)
        if value is not None and point is not None
    )
    if len(corners) == count:
        return Shape(name, tone, _path([corner.at for corner in corners]) + "Z", whole=True, corners=corners)
    pairs = [(at[i], at[(i + 1) % count]) for i in range(count)]
    return Shape(name, tone, "".join(_path([a, b]) for a, b in pairs if a and b), whole=False, corners=corners)


def _point(index: int, count: int, share: float) -> tuple[float, float]:
    """Where a share of an axis lies; the first axis points up, the others follow clockwise."""
    angle = 2 * pi * index / count - pi / 2
    return round(RADIUS * share * cos(angle), 1) + 0.0, round(RADIUS * share * sin(angle), 1) + 0.0


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)

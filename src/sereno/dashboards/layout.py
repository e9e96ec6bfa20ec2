"""Where panels stand, and by which id they are known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from zlib import crc32

from sereno.dashboards.panel import Kind

COLUMNS = 24
IDS = 1_000_000


class Place(NamedTuple):
    """A panel on the grid: columns from the left, rows from the top."""

    panel: Kind
    x: int
    y: int


def panel_id(title: str) -> int:
    """The id of a panel on its dashboard, the same wherever it stands: alerts and links refer to it.

    >>> panel_id("Cost rate") == panel_id("Cost rate") != panel_id("Cost")
    True
    """
    return crc32(title.encode()) % IDS + 1


def placed(panels: Sequence[Kind], y: int) -> Iterator[Place]:
    """Panels from left to right, a new line where the next does not fit.

    Args:
        panels: in reading order.
        y: first row.
    """
    x = tallest = 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, y, tallest = 0, y + tallest, 0
        yield Place(panel, x, y)
        x += panel.width
        tallest = max(tallest, panel.height)


def bottom(places: Sequence[Place], y: int) -> int:
    """The first free row below."""
    return max((place.y + place.panel.height for place in places), default=y)

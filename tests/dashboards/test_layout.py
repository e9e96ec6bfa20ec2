"""Panels on Grafana's grid of 24 columns."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sereno.dashboards.layout import COLUMNS, bottom, placed
from sereno.dashboards.panel import Note

SIZES = st.lists(st.tuples(st.integers(1, 24), st.integers(1, 12)), max_size=30)


def notes(sizes: list[tuple[int, int]]) -> list[Note]:
    return [Note(f"{number}", "text", width=w, height=h) for number, (w, h) in enumerate(sizes)]


@given(SIZES, st.integers(0, 50))
def test_no_panel_covers_another_or_leaves_the_grid(sizes: list[tuple[int, int]], y: int) -> None:
    places = list(placed(notes(sizes), y))
    cells = [
        (place.x + dx, place.y + dy)
        for place in places
        for dx in range(place.panel.width)
        for dy in range(place.panel.height)
    ]
    assert len(set(cells)) == len(cells)
    assert all(0 <= x < COLUMNS and y <= row < bottom(places, y) for x, row in cells)


def test_reading_order() -> None:
    places = list(placed(notes([(12, 4), (12, 8), (6, 2)]), 3))
    assert [(place.x, place.y) for place in places] == [(0, 3), (12, 3), (0, 11)]

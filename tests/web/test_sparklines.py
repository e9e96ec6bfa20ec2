"""Geometry of small lines: gaps stay gaps, the drawing stays in its box."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sereno.web.sparklines import HEIGHT, WIDTH, sparkline

VALUES = st.lists(st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)), max_size=60)


def test_the_highest_value_is_on_top_and_zero_at_the_bottom() -> None:
    drawn = sparkline([0.0, 10.0, 5.0])
    assert drawn.line == "M0 22L50 2L100 12"
    assert drawn.last == (100.0, 12.0)


def test_unknown_values_part_the_line_and_a_lone_one_is_a_dot() -> None:
    drawn = sparkline([1.0, 1.0, None, 1.0, None])
    assert drawn.line == "M0 2L25 2M75 2h0"
    assert drawn.area.count("M") == 1
    assert drawn.last == (75.0, 2.0)


def test_nothing_known_draws_nothing() -> None:
    assert sparkline([]).line == sparkline([None, None]).line == ""
    assert sparkline([None]).last is None


def test_equal_values_and_zeros_lie_where_they_are() -> None:
    assert sparkline([0.0, 0.0]).line == "M0 22L100 22"
    assert sparkline([3.0, 3.0]).line == "M0 2L100 2"
    assert sparkline([-2.0, 0.0]).line == "M0 22L100 2"  # the base line moves to the least


@given(VALUES)
def test_the_drawing_never_leaves_its_box(values: list[float | None]) -> None:
    drawn = sparkline(values)
    assert "nan" not in drawn.line
    for x, y in re.findall(r"[ML]([-\d.e+]+) ([-\d.e+]+)", drawn.line):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= HEIGHT

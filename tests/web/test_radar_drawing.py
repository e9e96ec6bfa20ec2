"""Geometry of a radar: corners where they belong, no corner for what is unknown."""

from __future__ import annotations

import pytest

from sereno.web.radar_drawing import RADIUS, drawn

AXES = ("speed", "cost", "quality", "reliability")


def test_four_axes_point_up_right_down_left() -> None:
    found = drawn(AXES, (), (), 1.0)
    assert [axis.end for axis in found.axes] == [(0, -RADIUS), (RADIUS, 0), (0, RADIUS), (-RADIUS, 0)]
    assert [axis.anchor for axis in found.axes] == ["middle", "start", "middle", "end"]
    assert found.rings[3] == "M0 -100L100 0L0 100L-100 0Z"
    assert found.rings[0] == "M0 -25L25 0L0 25L-25 0Z"


def test_a_known_series_is_a_closed_polygon() -> None:
    (shape,) = drawn(AXES, (), [("a", "s1", (1.0, 0.5, 0.25, 0.0))], 1.0).shapes
    assert (shape.path, shape.whole) == ("M0 -100L50 0L0 25L0 0Z", True)


def test_an_unknown_value_is_no_corner_and_no_line_leads_there() -> None:
    (shape,) = drawn(AXES, (), [("a", "s1", (1.0, 1.0, None, 1.0))], 1.0).shapes
    assert not shape.whole
    assert [corner.axis for corner in shape.corners] == ["speed", "cost", "reliability"]
    assert shape.path == "M0 -100L100 0M-100 0L0 -100"
    (nothing,) = drawn(AXES, (), [("a", "s1", (None, 0.5, None, None))], 1.0).shapes
    assert (nothing.path, len(nothing.corners)) == ("", 1)


@pytest.mark.parametrize(("value", "end"), [(20.0, (0, -100)), (5.0, (0, -50)), (-1.0, (0, 0))])
def test_values_fill_the_circle_at_full_and_stay_in_it(value: float, end: tuple[float, float]) -> None:
    (shape,) = drawn(AXES, (), [("a", "s1", (value, 0.0, 0.0, 0.0))], 10.0).shapes
    assert shape.corners[0].at == end
    assert shape.corners[0].value == value


def test_notes_belong_to_their_axes() -> None:
    assert [axis.note for axis in drawn(AXES[:3], ("x", "y", "z"), (), 1.0).axes] == ["x", "y", "z"]

"""Plots: round ticks, points where the values are, gaps where they are unknown."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.loadtest.plot import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axis, Line, by_quantile, in_time, plot, ticks


@given(st.floats(1e-9, 1e12))
def test_ticks_are_few_round_and_reach_the_greatest(greatest: float) -> None:
    found = ticks(greatest)
    assert found[0] == 0
    assert found[-1] >= greatest * (1 - 1e-9)
    assert 3 <= len(found) <= 8
    step = found[1]
    leading = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert any(leading == pytest.approx(round_one, rel=1e-3) for round_one in (1, 2, 5))


def points(svg: str, style: str) -> list[list[tuple[float, float]]]:
    (path,) = re.findall(rf'class="{style}" d="([^"]*)"', svg)
    runs = path.replace("h0", "").split("M")[1:]
    return [[tuple(map(float, one.split())) for one in run.split("L")] for run in runs]  # type: ignore[misc]


def test_points_lie_where_their_values_are() -> None:
    axis = Axis((0.0, 0.5, 1.0), ((0.0, "a"), (1.0, "b")))
    svg = plot("t", axis, [Line("l", "x1", (0.0, 5.0, 10.0))], str, "none")
    middle = (LEFT + WIDTH - RIGHT) / 2
    base, top = HEIGHT - BOTTOM, TOP
    assert points(svg, "x1") == [[(LEFT, base), (middle, (base + top) / 2), (WIDTH - RIGHT, top)]]
    assert [text.text for text in ET.fromstring(svg) if text.get("class") == "x"] == ["a", "b"]


def test_unknown_values_leave_a_gap_and_a_lone_value_is_a_dot() -> None:
    axis = Axis((0.0, 0.25, 0.5, 0.75, 1.0), ())
    svg = plot("t", axis, [Line("l", "x1", (1.0, 1.0, None, 1.0, math.nan))], str, "none")
    assert [len(run) for run in points(svg, "x1")] == [2, 1]


def test_nothing_known_is_said_in_words() -> None:
    svg = plot("t", Axis((0.0,), ()), [Line("l", "x1", (None,))], str, "nothing <here>")
    assert [text.text for text in ET.fromstring(svg)] == ["nothing <here>"]


def test_each_nine_takes_the_same_room() -> None:
    places = dict(by_quantile((0.0, 0.9, 0.99, 0.999, 1.0)).ticks)
    found = {label: place for place, label in places.items()}
    assert found["p99"] - found["p90"] == pytest.approx(found["p99.9"] - found["p99"])
    assert found["max"] == 1.0


def test_moments_lie_within_the_run() -> None:
    axis = in_time([0.0, 5.0, 10.0], 10.0, lambda value: f"{value:g}")
    assert axis.places == [0.0, 0.5, 1.0]
    assert axis.ticks[-1] == (1.0, "10")
    assert [label for _, label in in_time([], 121.0, lambda value: f"{value:g}").ticks] == [
        "0", "30", "60", "90", "120",
    ]  # fmt: skip

"""The drawing of how an answer came."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.query.detail import TimelineChunk
from sereno.web.timeline import UNITS, timeline


def test_waiting_chunks_and_the_longest_pause_lie_where_they_were() -> None:
    drawn = timeline([TimelineChunk(at, 10) for at in (2.0, 2.5, 4.0, 4.2)], 5.0)
    assert drawn is not None
    assert (drawn.waiting.x, drawn.waiting.width, drawn.waiting.seconds) == (0, 400, 2.0)
    assert (drawn.answering.x, drawn.answering.width) == (400, 440)
    assert drawn.pause is not None
    assert (drawn.pause.x, drawn.pause.width, drawn.pause.seconds) == (500, 300, 1.5)
    assert drawn.path == "M400 8V32M500 8V32M800 8V32M840 8V32"


def test_nothing_noted_draws_nothing_and_two_chunks_have_no_longest_pause() -> None:
    assert timeline(None, 1.0) is None
    assert timeline([], 1.0) is None
    pair = timeline([TimelineChunk(0.1, 1), TimelineChunk(0.2, 1)], 0.3)
    assert pair is not None
    assert pair.pause is None


@given(st.lists(st.floats(-1, 1e6), max_size=3000).map(sorted), st.floats(0, 1e6))
def test_whatever_the_clock_said_the_drawing_stays_inside_and_small(times: Any, total: Any) -> None:
    drawn = timeline([TimelineChunk(at, 1) for at in times], total)
    if drawn is None:
        assert not times
        return
    spans = [drawn.waiting, drawn.answering, *([drawn.pause] if drawn.pause else [])]
    assert all(0 <= s.x <= UNITS and s.width >= 1 and s.x + s.width <= UNITS + 1 for s in spans)
    ticks = [int(x) for x in re.findall(r"M(\d+) 8V32", drawn.path)]
    assert ticks == sorted(set(ticks))
    assert len(ticks) <= UNITS + 1
    assert all(0 <= x <= UNITS for x in ticks)
    assert drawn.total == pytest.approx(max([total, *times, 1e-9]))

"""Charts thinned for a page: extremes stay, times ascend, what is no number is a gap."""

from __future__ import annotations

import numpy as np

from sereno.explain.frame import Chart, Series
from sereno.query.explaining.drawn import MOST_POINTS, MOST_SERIES, drawn


def chart(times: np.ndarray, values: np.ndarray, count: int = 1) -> Chart:
    return Chart(series=tuple(Series(name=str(n), times=times, values=values, unit="s") for n in range(count)))


def test_a_long_series_keeps_its_peak() -> None:
    values = np.sin(np.arange(100_000) / 1000)
    values[54_321] = 99.0
    (line,) = drawn(chart(np.arange(100_000.0), values))
    assert len(line.times) == len(line.values) == MOST_POINTS
    assert line.values[line.times.index(54_321.0)] == 99.0
    assert line.times == sorted(set(line.times))


def test_disorder_and_what_is_no_number() -> None:
    (line,) = drawn(chart(np.array([3.0, 1.0, 2.0, 1.0]), np.array([np.inf, 1.0, np.nan, 7.0])))
    assert (line.times, line.values) == ([1.0, 2.0, 3.0], [1.0, None, None])
    (line,) = drawn(chart(np.arange(1000.0), np.full(1000, np.nan)))
    assert set(line.values) == {None}


def test_so_many_series_and_no_more() -> None:
    assert len(drawn(chart(np.arange(3.0), np.arange(3.0), 50))) == MOST_SERIES
    assert drawn(Chart()) == []

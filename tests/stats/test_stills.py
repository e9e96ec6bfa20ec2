"""Stretches that stand still: the law of runs, and what is left of them without a season, in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from sereno.stats.outliers import Outlier
from sereno.stats.stills import Still, one_each, still_stretches, without_season

PERIOD = 48
SEASON = 20.0 * np.sin(2.0 * np.pi * np.arange(480.0) / PERIOD)


def stuck(value: float, first: int, last: int) -> tuple[NDArray[np.float64], tuple[Still, ...]]:
    values = 100.0 + SEASON
    values[first : last + 1] = value
    return values, (Still(first, last, 0.0),)


def test_the_chance_of_a_run_is_that_of_its_law() -> None:
    """40 values, of which 10 stand still; one more pair than the none seen among the other 30: 40 · (1/31)⁹."""
    values = np.arange(40.0)
    values[5:15] = -1.0
    (one,) = still_stretches(values, alpha=0.001)
    assert (one.first, one.last) == (5, 14)
    assert one.p_value == pytest.approx(40.0 * (1.0 / 31.0) ** 9)


@pytest.mark.parametrize(("nights", "found"), [(3, 3), (4, 4), (5, 0), (12, 0)])
def test_what_stands_still_every_night_is_how_the_series_is(nights: int, found: int) -> None:
    values = np.arange(1.0, 48.0 * 12.0 + 1.0)
    for night in range(nights):
        values[48 * night + 10 : 48 * night + 26] = 0.0
    assert len(still_stretches(values, alpha=0.001)) == found
    values[480:540] = -1.0  # more than twice as long as any night
    assert (480, 539) in [(one.first, one.last) for one in still_stretches(values, alpha=0.001)]


@pytest.mark.parametrize("length", [4, 19])
def test_what_is_short_has_none(length: int) -> None:
    assert still_stretches(np.repeat([1.0, 2.0, 1.0], [1, length - 2, 1]), alpha=0.001) == ()


@given(st.lists(st.integers(0, 3), min_size=1, max_size=80))
def test_each_is_a_whole_run(drawn: list[int]) -> None:
    values = np.array(drawn, dtype=float)
    for first, last, p_value in still_stretches(values, alpha=0.5):
        assert np.ptp(values[first : last + 1]) == 0.0
        assert first == 0 or values[first - 1] != values[first]
        assert last == len(values) - 1 or values[last + 1] != values[last]
        assert 0.0 <= p_value < 0.5


@pytest.mark.parametrize("value", [92.0, 100.0, 110.0])
@pytest.mark.parametrize(("first", "last"), [(120, 239), (0, 95), (400, 479)])
def test_a_value_that_the_season_passes_has_the_level_around_it(value: float, first: int, last: int) -> None:
    values, stills = stuck(value, first, last)
    assert without_season(values, SEASON, stills, cycle=PERIOD) == pytest.approx(100.0, abs=1e-9)


@pytest.mark.parametrize("value", [0.0, 120.0, 180.0])
def test_a_value_that_the_season_does_not_pass_has_one_level_over_whole_cycles(value: float) -> None:
    """Over whole cycles a season adds nothing."""
    values, stills = stuck(value, 96, 96 + 3 * PERIOD - 1)
    left = without_season(values, SEASON, stills, cycle=PERIOD)
    assert left[96 : 96 + 3 * PERIOD] == pytest.approx(value, abs=1e-9)
    assert np.delete(left, np.r_[96 : 96 + 3 * PERIOD]) == pytest.approx(100.0, abs=1e-9)


def test_within_a_cycle_the_season_tells_what_was_expected() -> None:
    values, stills = stuck(0.0, 100, 120)
    assert without_season(values, SEASON, stills, cycle=PERIOD) == pytest.approx(values - SEASON)


def test_between_two_levels_it_goes_from_one_to_the_other() -> None:
    values, stills = stuck(100.0, 200, 299)
    values[300:] += 10.0
    left = without_season(values, SEASON, stills, cycle=PERIOD)
    assert left[200:300] == pytest.approx(np.linspace(100.0, 110.0, 100), abs=1e-9)


def test_what_is_nothing_but_still_is_left() -> None:
    values = np.repeat([1.0, 2.0], 240)
    stills = (Still(0, 239, 0.0), Still(240, 479, 0.0))
    assert without_season(values, SEASON, stills, cycle=PERIOD) == pytest.approx(values - SEASON)


def an_outlier(first: int, last: int, p_value: float = 1e-6) -> Outlier:
    return Outlier(first, last, 0.0, -1.0, 1.0, p_value)


def test_outliers_within_one_stretch_are_one() -> None:
    values = np.zeros(100)
    values[20:60] = 5.0
    found = [an_outlier(10, 10), an_outlier(22, 30), an_outlier(50, 58, 1e-9), an_outlier(58, 70), an_outlier(80, 81)]
    assert one_each(found, values, (Still(20, 60, 0.0),)) == (
        found[0], Outlier(22, 58, 0.0, -1.0, 1.0, 1e-9), found[3], found[4],
    )  # fmt: skip


def test_where_the_whole_is_not_odd_the_surest_stays() -> None:
    """Up by 5 at both ends, down by 5 over most of what lies between: on the whole within its interval."""
    values = np.repeat([0.0, 5.0, -5.0, 5.0, 0.0], [20, 10, 20, 10, 40])
    parts = [an_outlier(20, 29), an_outlier(30, 49, 1e-4), an_outlier(50, 59, 1e-9)]
    assert one_each(parts, values, (Still(20, 59, 0.0),)) == (parts[2],)

"""Sen's slope and Mann–Kendall's test against scipy and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sereno.stats.trend import mann_kendall_variance, robust_trend


def test_variance_without_and_with_ties() -> None:
    assert mann_kendall_variance(np.arange(10.0)) == 10 * 9 * 25 / 18
    # Three equal values take off 3·2·11/18.
    assert mann_kendall_variance(np.array([1.0, 1, 1, 2, 3, 4, 5, 6, 7, 8])) == pytest.approx((10 * 9 * 25 - 66) / 18)


@pytest.mark.parametrize("seed", range(1, 6))
def test_slope_and_interval_are_those_of_scipy_where_values_are_independent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    times, values = np.arange(60.0), 0.2 * np.arange(60.0) + rng.normal(size=60)
    ours = robust_trend(times, values)
    assert ours.memory == 0.0
    theirs = stats.theilslopes(values, times)
    assert ours.slope == pytest.approx(theirs.slope)
    assert ours.low == pytest.approx(theirs.low_slope, rel=0.02)
    assert ours.high == pytest.approx(theirs.high_slope, rel=0.02)


def test_p_value_is_kendalls_with_the_correction_for_continuity() -> None:
    values = np.random.default_rng(3).normal(size=50)
    n = len(values)
    score = stats.kendalltau(np.arange(n), values).statistic * n * (n - 1) / 2
    z = (abs(score) - 1) / mann_kendall_variance(values) ** 0.5
    ours = robust_trend(np.arange(50.0), values)
    assert ours.memory == 0.0
    assert ours.p_value == pytest.approx(2 * stats.norm.sf(z))


def test_a_random_walk_has_no_trend() -> None:
    told = 0
    for seed in range(200):
        walk = np.cumsum(np.random.default_rng(seed).normal(size=200))
        told += robust_trend(np.arange(200.0), walk).p_value < 0.001
    assert told <= 8  # plain Mann–Kendall calls three in four of them trends


def test_memory_widens_the_interval() -> None:
    rng = np.random.default_rng(8)
    noise = rng.normal(size=300)
    slow = np.convolve(noise, 0.8 ** np.arange(40))[:300]
    white = robust_trend(np.arange(300.0), noise * slow.std())
    memory = robust_trend(np.arange(300.0), slow)
    assert memory.memory > 0.6
    assert memory.high - memory.low > 1.8 * (white.high - white.low)


def test_an_exact_line() -> None:
    line = robust_trend(np.arange(50.0), 3.0 + 2.0 * np.arange(50.0))
    assert (line.slope, line.low, line.high, line.intercept) == (2.0, 2.0, 2.0, 3.0)
    assert line.p_value < 1e-12

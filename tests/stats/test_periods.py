"""The difference of two periods against scipy's Welch test."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from sereno.stats.periods import difference_of


def test_it_is_welchs_where_values_are_independent() -> None:
    rng = np.random.default_rng(4)
    first, second = rng.normal(5, 1, 40), rng.normal(6, 3, 55)
    theirs = stats.ttest_ind(second, first, equal_var=False)
    ours = difference_of(first, second)
    assert ours is not None
    assert ours.p_value == pytest.approx(theirs.pvalue)
    interval = theirs.confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))


def test_memory_makes_it_careful() -> None:
    noise = np.random.default_rng(0).normal(size=(400, 260))
    slow = lfilter([1.0], [1.0, -0.8], noise)[:, 60:]
    found = [difference_of(row[:100], row[100:]) for row in slow]
    assert np.mean([one is not None and one.p_value < 0.05 for one in found]) < 0.09  # Welch alone: about 0.5


def test_few_and_constant() -> None:
    assert difference_of(np.ones(2), np.ones(9)) is None
    same = difference_of(np.ones(5), np.ones(9))
    assert same is not None
    assert (same.difference, same.p_value) == (0.0, 1.0)

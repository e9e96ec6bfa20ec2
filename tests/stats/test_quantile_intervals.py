"""Order statistics around a quantile: tabled ranks, exact binomial sums, coverage, and the edges of buckets."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.stats.histograms import Histogram
from sereno.stats.quantile_intervals import quantile_interval, ranks


def at_most(k: int, n: int, q: float) -> float:
    """P(at most k of n), summed."""
    return sum(math.comb(n, i) * q**i * (1 - q) ** (n - i) for i in range(k + 1))


@pytest.mark.parametrize(
    ("n", "expected"),
    # The sign test's interval of a median, as tables of it have it.
    [(5, (0, 6)), (6, (1, 6)), (8, (1, 8)), (9, (2, 8)), (10, (2, 9)), (12, (3, 10)), (15, (4, 12)), (20, (6, 15))],
)
def test_ranks_of_the_median(n: int, expected: tuple[int, int]) -> None:
    assert ranks(0.5, n) == expected


@given(q=st.floats(0.01, 0.99), n=st.integers(0, 80), confidence=st.sampled_from([0.9, 0.95, 0.99]))
def test_ranks_are_the_nearest_that_err_seldom_enough(q: float, n: int, confidence: float) -> None:
    low, high = ranks(q, n, confidence)
    tail, tiny = (1 - confidence) / 2, 1e-9
    assert 0 <= low < high <= n + 1
    assert low == 0 or at_most(low - 1, n, q) <= tail + tiny  # the quantile below the low one
    assert at_most(low, n, q) >= tail - tiny
    assert at_most(high - 1, n, q) >= 1 - tail - tiny
    assert high - 1 == 0 or at_most(high - 2, n, q) <= 1 - tail + tiny


def histogram(values: list[float]) -> Histogram:
    made = Histogram.empty(())
    for value in values:
        made.add(value)
    return made


def test_few_values_bound_nothing() -> None:
    assert quantile_interval(histogram([]), 0.5) == (0.0, math.inf)
    assert quantile_interval(histogram([1.0] * 5), 0.5) == (0.0, math.inf)
    low, high = quantile_interval(histogram([1.0] * 60), 0.95)  # the 61st of 60 would be wanted
    assert low <= 1.0
    assert high == math.inf


@pytest.mark.parametrize("q", [0.5, 0.95])
def test_it_holds_the_quantile_as_often_as_it_says(q: float) -> None:
    chance = np.random.default_rng(3)
    truth = math.exp(NormalDist().inv_cdf(q))
    held = 0
    for _ in range(500):
        low, high = quantile_interval(histogram(np.exp(chance.normal(0, 1, 300)).tolist()), q)
        assert high < math.inf
        held += low <= truth <= high
    assert held / 500 >= 0.95  # more often than 95 %, since it reaches to the edges of buckets

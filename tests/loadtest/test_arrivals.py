"""Arrival processes: even gaps exactly, Poisson by its two laws (exponential gaps, mean equal to variance)."""

from collections.abc import Callable
from random import Random

import numpy as np
from numpy.typing import NDArray

from sereno.loadtest.arrivals import arrivals
from sereno.loadtest.profile import read_stages, steady


def far_from(values: NDArray[np.float64], cumulative: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> float:
    """Kolmogorov's statistic times √n; above 1.63 for one sample in a hundred (Smirnov 1948)."""
    ordered, n = np.sort(values), len(values)
    law = cumulative(ordered)
    ranks = np.arange(n)
    return float(max(np.max((ranks + 1) / n - law), np.max(law - ranks / n)) * np.sqrt(n))


def test_constant_arrivals_are_evenly_apart() -> None:
    assert list(arrivals(steady(4, 2.0), "constant", Random(1))) == [0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]


def test_constant_arrivals_follow_a_ramp() -> None:
    # A rate that climbs from 0 to 2·k a second within k seconds has had t² arrivals after t seconds.
    found = list(arrivals(read_stages("10s:0-20"), "constant", Random(1)))
    assert len(found) == 100
    assert np.allclose(np.square(found), np.arange(100))


def test_gaps_of_poisson_arrivals_are_exponential() -> None:
    found = np.array(list(arrivals(steady(50, 200.0), "poisson", Random(7))))
    assert far_from(np.diff(found), lambda gap: 1 - np.exp(-50 * gap)) < 1.63


def test_counts_of_poisson_arrivals_have_a_variance_equal_to_their_mean() -> None:
    counts = [len(list(arrivals(steady(10, 4.0), "poisson", Random(seed)))) for seed in range(2000)]
    assert abs(np.mean(counts) - 40) < 5 * np.sqrt(40 / 2000)
    # The ratio, times n − 1, is chi-squared (Cox & Lewis 1966, §6.2), whose variance is 2·(n − 1).
    assert abs(np.var(counts, ddof=1) / np.mean(counts) - 1) < 4 * np.sqrt(2 / 1999)


def test_poisson_arrivals_under_a_ramp_lie_as_the_ramp_does() -> None:
    found = np.array(list(arrivals(read_stages("100s:0-40"), "poisson", Random(3))))
    assert far_from(found / 100, np.square) < 1.63  # the share of a ramp's area before x is x²


def test_the_same_seed_gives_the_same_arrivals() -> None:
    first, again = (list(arrivals(steady(9, 9.0), "poisson", Random(5))) for _ in range(2))
    assert first == again
    assert first != list(arrivals(steady(9, 9.0), "poisson", Random(6)))

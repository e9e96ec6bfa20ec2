"""Intervals of differences: Newcombe's published ones, and how often they hold what they claim to hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sereno.stats.intervals import Interval, wilson
from sereno.stats.mover import difference_interval


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        # Newcombe (1998), Statistics in Medicine 17(8), table II: contrasts a to h by method 10.
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
    ],
)
def test_rates_are_newcombes(first: tuple[int, int], second: tuple[int, int], expected: tuple[float, float]) -> None:
    (x, m), (y, n) = first, second
    found = difference_interval(y / n, wilson(y, n), x / m, wilson(x, m))
    assert found == pytest.approx(expected, abs=5e-5)


def test_sides_change_the_sign_and_what_is_open_stays_open() -> None:
    a, b = Interval(1.0, 3.0), Interval(2.0, math.inf)
    forth, back = difference_interval(2.0, a, 4.0, b), difference_interval(4.0, b, 2.0, a)
    assert (forth.low, forth.high) == (-back.high, -back.low)
    assert forth == (2.0 - math.sqrt(5), math.inf)


def test_it_holds_a_difference_of_means_as_often_as_it_says() -> None:
    chance = np.random.default_rng(7)
    a, b = chance.normal(3.0, 1.0, (4000, 50)), chance.normal(3.4, 2.0, (4000, 80))
    held = 0
    for left, right in zip(a, b, strict=True):
        sides = [(x.mean(), 1.96 * x.std(ddof=1) / math.sqrt(len(x))) for x in (left, right)]
        (m, e), (n, f) = sides
        low, high = difference_interval(m, Interval(m - e, m + e), n, Interval(n - f, n + f))
        held += low <= 0.4 <= high
    assert 0.93 < held / 4000 < 0.96

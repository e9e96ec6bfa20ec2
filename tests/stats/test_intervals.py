"""Intervals: Wilson's published figures, and coverage by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sereno.stats.distances import psi
from sereno.stats.intervals import psi_interval, wilson


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_scipy_agrees(case: tuple[int, int]) -> None:
    expected = binomtest(*case).proportion_ci(method="wilson")
    assert wilson(*case) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombe(successes: int, n: int, low: float, high: float) -> None:
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_of_nothing() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="from 0 to n"):
        wilson(3, 2)


def test_the_interval_of_psi_covers_the_true_one() -> None:
    rng = np.random.default_rng(3)
    before, now = np.full(8, 1 / 8), np.array([0.2, 0.18, 0.15, 0.12, 0.11, 0.1, 0.08, 0.06])
    truth = float(psi(now, before))
    covered = 0
    for _ in range(300):
        low, high = psi_interval(rng.multinomial(1500, before), rng.multinomial(1000, now), rng)
        covered += low <= truth <= high
    assert 0.90 <= covered / 300 <= 0.99

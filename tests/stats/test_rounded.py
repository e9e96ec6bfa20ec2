"""The law of rounded values against those that made them (scipy)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sereno.stats.rounded import AGAIN, FEWEST, rounded_tail


def test_rare_counts_are_judged_by_poissons_law() -> None:
    counts = np.random.default_rng(0).poisson(0.3, 2000).astype(float)
    law = rounded_tail(counts, counts, 1.0)
    assert law is not None
    for count in (5, 8):  # by the upper end of the rate: never called rarer than it is
        own = float(stats.poisson(0.3).sf(count - 1))
        assert own <= law.chance(np.array([float(count)]))[0] < own * 1.5**count


def test_counts_that_vary_more_are_not_poisson() -> None:
    counts = np.random.default_rng(0).negative_binomial(0.5, 0.3, 1000).astype(float)
    law = rounded_tail(counts, counts, 1.0)
    assert law is not None
    assert law.rate == 0.0


@pytest.mark.parametrize("decimals", [0, 1])
def test_rounded_normal_values(decimals: int) -> None:
    exact = np.random.default_rng(1).normal(0.0, 1.0, 4000)
    rest = exact.round(decimals)
    law = rounded_tail(rest, rest, 10.0**-decimals)
    assert law is not None
    own = float(stats.norm.sf(3.5))
    assert own / 15 < law.chance(np.array([3.5 + 0.5 * 10.0**-decimals]))[0] < own * 15
    assert law.usual(0.025) == pytest.approx(2.0, abs=0.3)


def test_what_comes_again_is_no_longer_rare() -> None:
    rest = np.zeros(300)
    for number in range(AGAIN + 2):
        law = rounded_tail(rest, rest, 1.0)
        assert law is not None
        rare = float(law.chance(np.array([30.0]))[0])
        assert (rare == 1.0) == (number > AGAIN)
        rest[20 + 50 * number : 25 + 50 * number] = 30.0


def test_too_few_values_have_no_law() -> None:
    assert rounded_tail(np.zeros(FEWEST - 1), np.zeros(FEWEST - 1), 1.0) is None

"""Tails against the laws that values were drawn from (scipy)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sereno.stats.tails import FEWEST, tail_of


@pytest.mark.parametrize(("freedom", "factor"), [(3.0, 15.0), (5.0, 15.0), (1e6, 15.0)])
def test_the_chance_of_rare_values_is_near_the_law(freedom: float, factor: float) -> None:
    values = np.abs(stats.t(freedom).rvs(size=4000, random_state=1))
    tail = tail_of(values, total=8000)
    assert tail is not None
    rare = float(stats.t(freedom).isf(1e-5))
    assert 1e-5 / factor < tail.chance(np.array([rare]))[0] < 1e-5 * factor


def test_reach_is_the_inverse_of_chance() -> None:
    tail = tail_of(np.abs(np.random.default_rng(0).normal(size=500)), total=1000)
    assert tail is not None
    for chance in (0.025, 1e-4, 1e-7):
        assert tail.chance(np.array([tail.reach(chance)]))[0] == pytest.approx(chance, rel=0.15)


def test_outliers_do_not_make_the_law_that_judges_them() -> None:
    values = np.abs(np.random.default_rng(2).normal(size=400))
    values[:10] = np.linspace(12, 20, 10)
    tail = tail_of(values, total=800)
    assert tail is not None
    assert tail.chance(np.array([12.0]))[0] * 1600 < 0.001


def test_few_values_or_none_that_differ_have_no_tail() -> None:
    assert tail_of(np.ones(FEWEST - 1), total=100) is None
    assert tail_of(np.ones(100), total=200) is None


def test_few_far_values_are_judged_as_many_are() -> None:
    tail = tail_of(np.abs(np.random.default_rng(3).standard_t(3, 3000)), total=6000)
    assert tail is not None
    few = np.linspace(1.0, 60.0, 200)
    many = np.repeat(few, 5)
    assert 20 < len(tail.beyond(few, 1e-4)) < 180
    assert sorted(set(many[tail.beyond(many, 1e-4)])) == list(few[tail.beyond(few, 1e-4)])

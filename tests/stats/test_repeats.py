"""Levels of values that mostly repeat, against scipy's exact test of the same table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import fisher_exact

from sereno.stats.repeats import MOST_STEPS, held_levels, levels_p, mostly_repeats


@given(
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=40),
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=40),
)
def test_as_fishers_exact_test(before: list[float], after: list[float]) -> None:
    rise = np.mean(after) - np.mean(before)
    ones, zeros = (sum(after), sum(before)), (after.count(0.0), before.count(0.0))
    table = [ones, zeros] if rise > 0 else [zeros, ones]
    expected = fisher_exact(table, alternative="greater").pvalue if rise else 1.0
    assert levels_p(np.array(before), np.array(after)) == pytest.approx(expected, abs=1e-9)


def test_a_cluster_of_events_is_no_level_and_a_state_is_one() -> None:
    assert levels_p(np.zeros(98), np.ones(2)) == pytest.approx(1 / 4950)
    assert levels_p(np.zeros(50), np.full(50, 3.0)) < 1e-25


def test_what_repeats() -> None:
    assert mostly_repeats(np.random.default_rng(0).poisson(0.2, 200).astype(float))
    assert not mostly_repeats(np.random.default_rng(0).poisson(3, 200).astype(float))


@pytest.mark.parametrize(
    ("values", "bounds"),
    [
        (np.repeat([1.0, 4.0, 2.5], 30), (30, 60)),
        (np.insert(np.repeat([1.0, 4.0], 30), 30, 3.0), (30,)),  # a mean over the step
        (np.repeat([0.0, 1.0, 0.0], 30), None),  # a state
        (np.repeat(np.arange(MOST_STEPS + 2.0), 30), None),  # a slope
        (np.repeat([0.0, 9.0], [58, 2]), None),  # too short to be a level
        (np.full(60, 3.0), None),
        (np.insert(np.repeat([1.0, 4.0], 30), 30, 9.0), None),
        (np.random.default_rng(0).normal(size=60), None),
    ],
    ids=["two steps", "mean between", "returns", "many steps", "short", "constant", "spike between", "noise"],
)
def test_held_levels(values: NDArray[np.float64], bounds: tuple[int, ...] | None) -> None:
    held = held_levels(values)
    assert (held and held.bounds) == bounds

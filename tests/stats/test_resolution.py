"""How finely values are written, whatever the step that made them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.stats.resolution import resolution


@given(st.integers(0, 6), st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=80))
def test_values_of_some_decimals_are_multiples_of_their_last_digit(decimals: int, digits: list[int]) -> None:
    values = np.round(np.array(digits) / 10.0**decimals, decimals)
    step = resolution(values)
    assert step >= 10.0**-decimals * (1 - 1e-9)
    assert np.allclose(values / step, np.rint(values / step), atol=1e-6)


@pytest.mark.parametrize("step", [1 / 3, 1 / 7, 1 / 60, np.pi])
def test_whole_multiples_of_any_step(step: float) -> None:
    values = np.random.default_rng(0).poisson(4, 300).astype(np.float64) * step
    assert resolution(values) == pytest.approx(step)


def test_a_late_value_decides_too() -> None:
    values = np.append(np.arange(100.0), 0.3)
    assert resolution(values) == pytest.approx(0.1)


def test_what_is_measured_has_none() -> None:
    assert resolution(np.random.default_rng(0).normal(size=200)) == 0.0
    assert resolution(np.array([1 / 3])) in {0.0, 1 / 3}

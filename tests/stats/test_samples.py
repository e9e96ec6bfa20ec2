"""Distances of samples: SciPy's figures, and what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import energy_distance, ks_2samp, wasserstein_distance

from sereno.stats.samples import energy, ks, wasserstein

SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@given(SAMPLES, SAMPLES)
def test_the_definitions_and_scipy_agree(x: list[float], y: list[float]) -> None:
    assert wasserstein(x, y) == pytest.approx(wasserstein_distance(x, y), rel=1e-9, abs=1e-9)
    assert energy(x, y) == pytest.approx(energy_distance(x, y), rel=1e-9, abs=1e-9)
    steps = [abs(np.mean(np.less_equal(x, v)) - np.mean(np.less_equal(y, v))) for v in (*x, *y)]
    assert ks(x, y)[0] == pytest.approx(max(steps), abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3])
def test_the_p_value_is_near_the_exact_one(shift: float) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=80), rng.normal(shift, 1, 60)
    assert ks(x, y)[1] == pytest.approx(ks_2samp(x, y, method="exact").pvalue, abs=0.02)


@given(SAMPLES, st.floats(-1e3, 1e3))
def test_a_shift_moves_the_earth_by_itself(x: list[float], shift: float) -> None:
    assert wasserstein(x, np.asarray(x) + shift) == pytest.approx(abs(shift), rel=1e-6, abs=1e-6)


def test_an_empty_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        wasserstein([], [1.0])

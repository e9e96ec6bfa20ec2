"""Memory of autoregressive series, with and without jumps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import lfilter

from sereno.stats.autocorrelation import LIMIT, inflation, lag_one, step_proof_noise


def autoregressive(phi: float, n: int, seed: int) -> NDArray[np.float64]:
    return np.asarray(lfilter([1.0], [1.0, -phi], np.random.default_rng(seed).normal(size=n + 200))[200:])


@pytest.mark.parametrize("phi", [0.3, 0.6, 0.9])
def test_memory_is_found_on_average_without_bias(phi: float) -> None:
    found = [lag_one(autoregressive(phi, 100, seed)) for seed in range(300)]
    assert np.mean(found) == pytest.approx(phi, abs=0.03)


def test_noise_has_none_and_a_walk_has_all() -> None:
    assert np.mean([lag_one(autoregressive(0.0, 100, seed)) == 0.0 for seed in range(200)]) > 0.9
    assert step_proof_noise(autoregressive(1.0, 400, 1)).memory == LIMIT
    assert lag_one(np.ones(50)) == 0.0


@pytest.mark.parametrize("phi", [0.0, 0.5])
def test_jumps_do_not_look_like_memory(phi: float) -> None:
    jumps = 8.0 * (np.arange(500) // 125 % 2)
    plain, jumping = [], []
    for seed in range(40):
        values = autoregressive(phi, 500, seed)
        plain.append(step_proof_noise(values, longest=4).long_run)
        jumping.append(step_proof_noise(values + jumps, longest=4).long_run)
    true = 1.0 / (1.0 - phi) ** 2  # the long-run variance of an AR(1) with unit innovations
    assert true / 1.5 < np.median(plain) < 2 * true
    assert (
        np.median(plain) / 1.3 < np.median(jumping) < 2.2 * np.median(plain)
    )  # with plain autocorrelation: 20 and more


def test_a_slow_wandering_under_noise_shows_at_longer_lags() -> None:
    rng = np.random.default_rng(5)
    values = 0.5 * np.cumsum(rng.normal(size=500)) + rng.normal(size=500)
    assert step_proof_noise(values).long_run > 4 * step_proof_noise(values, longest=2).long_run


def test_inflation() -> None:
    assert inflation(0.0) == 1.0
    assert inflation(0.9) == pytest.approx(19.0)

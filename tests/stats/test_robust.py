"""Robust location and spread against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sereno.stats.robust import (
    median,
    quantiles,
    running_median,
    spread,
    upper_quantile,
    without_outliers,
)


def test_spread_is_scipys_scaled_mad() -> None:
    values = np.random.default_rng(0).lognormal(size=501)
    assert spread(values) == pytest.approx(stats.median_abs_deviation(values, scale="normal"))
    assert spread(np.array([])) == 0.0


def test_running_median_inside() -> None:
    values = np.random.default_rng(1).normal(size=50)
    assert running_median(values, 7)[3:-3].tolist() == [float(np.median(values[i - 3 : i + 4])) for i in range(3, 47)]
    assert running_median(values[:2], 7).tolist() == values[:2].tolist()


def test_spikes_go_and_steps_stay() -> None:
    values = np.random.default_rng(2).normal(size=200) + 10.0 * (np.arange(200) >= 120)
    spiked = values.copy()
    spiked[[30, 77, 150]] += 50.0
    clean = without_outliers(spiked)
    assert np.abs(clean - values).max() < 6.0
    assert clean[120:].mean() - clean[:120].mean() == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize("count", [1, 2, 3, 10, 101])
def test_quantiles_are_numpys(count: int) -> None:
    values = np.random.default_rng(count).normal(size=count)
    shares = np.array([0.0, 0.1, 0.5, 0.77, 1.0])
    assert quantiles(np.sort(values), shares) == pytest.approx(np.quantile(values, shares))
    assert median(values) == pytest.approx(np.median(values))
    for share in (0.5, 0.77, 0.98, 1.0):
        assert upper_quantile(values, share) == pytest.approx(np.quantile(values, share))

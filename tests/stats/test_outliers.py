"""Outliers on every scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from sereno.stats.outliers import scan


@pytest.mark.parametrize("length", [1, 6, 40])
def test_a_planted_stretch_is_found_where_it_is(length: int) -> None:
    values = np.random.default_rng(length).normal(size=2000)
    values[900 : 900 + length] += 12.0 if length == 1 else 5.0
    (found,) = scan(values, alpha=0.001).outliers
    assert abs(found.first - 900) <= length // 8
    assert abs(found.last - (899 + length)) <= length // 8
    assert found.expected == pytest.approx(0.0, abs=0.7)
    if length == 1:  # of longer ones the interval is that of means
        assert found.low == pytest.approx(-1.96, abs=0.2)
        assert found.high == pytest.approx(1.96, abs=0.2)


def test_cleaned_values_have_no_spike_left() -> None:
    values = np.random.default_rng(1).normal(size=1000)
    values[[100, 500]] = [30.0, -30.0]
    result = scan(values, alpha=0.001)
    assert [(one.first, one.last) for one in result.outliers] == [(100, 100), (500, 500)]
    assert np.abs(result.cleaned).max() < 6.0
    assert values[100] == 30.0  # the values given are left alone


def test_a_new_level_is_no_outlier() -> None:
    values = np.random.default_rng(2).normal(size=1000) + 20.0 * (np.arange(1000) >= 600)
    assert scan(values, alpha=0.001).outliers == ()


def spike(around: ArrayLike, place: int, value: float, length: int = 1) -> NDArray[np.float64]:
    values = np.array(around, dtype=np.float64)
    values[place : place + length] = value
    return values


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize(
    ("values", "place", "length", "expected"),
    [
        (spike(rng().uniform(2.0, 2.02, 60).round(2), 40, 10.0), 40, 1, 2.01),
        (spike(np.full(60, 3.0), 30, 9.0), 30, 1, 3.0),
        (spike(np.full(60, 3.0), 30, -9.0), 30, 1, 3.0),
        (spike(np.full(60, 1 / 3), 30, np.pi), 30, 1, 1 / 3),  # written to the last bit
        (spike(rng().poisson(3, 60), 40, 50.0), 40, 1, 3.0),
        (spike(rng().poisson(0.2, 300), 100, 20.0), 100, 1, 0.0),
        (spike(rng().poisson(3, 300) / 60.0, 200, 50 / 60), 200, 1, 0.05),
        (spike(np.full(100, 5.0), 60, 42.0, 8), 60, 8, 5.0),
        (spike(rng().random(400) < 0.5, 100, 30.0), 100, 1, 0.5),
    ],
    ids=["two decimals", "constant", "below", "last bit", "counts", "rare counts", "rates", "plateau", "on and off"],
)
def test_among_values_of_few_kinds(values: NDArray[np.float64], place: int, length: int, expected: float) -> None:
    (found,) = scan(values, alpha=0.001).outliers
    assert (found.first, found.last) == (place, place + length - 1)
    assert found.expected == pytest.approx(expected, rel=0.5, abs=0.5)
    assert 0.0 <= found.p_value <= 0.001


@pytest.mark.parametrize(
    "values",
    [
        np.arange(500.0) % 37 == 0,  # an event now and then
        np.arange(500) == 77,  # one event: a step of the last digit
        5.0 + 0.1 * (rng().random(500) < 0.05),
        np.cumsum(rng().random(500) < 0.05) % 2,  # on and off, each held for a while
        np.cumsum(rng().random(500) < 0.01) % 2 * 40.0,  # two states far apart
        rng().poisson(0.2, 500),
        np.repeat(rng().permutation(25) % 4 == 0, 20) * 17.0,  # a pulse of 20 points, six times
        np.round(10 + 5 * np.sin(np.arange(480) / 24 * 2 * np.pi)),  # counts of a day
        np.zeros(100),
    ],
    ids=["rare", "once", "last digit", "on and off", "states", "counts", "pulses", "integer season", "constant"],
)
def test_what_the_series_does_by_itself_is_no_outlier(values: NDArray[np.float64]) -> None:
    assert scan(np.asarray(values, dtype=np.float64), alpha=0.001).outliers == ()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 1000), st.sampled_from([1.0, 0.01, 1 / 60, 250.0]), st.floats(-1e6, 1e6))
def test_unit_and_zero_of_the_scale_do_not_matter(seed: int, unit: float, zero: float) -> None:
    values = spike(np.random.default_rng(seed).poisson(2, 200), 120, 90.0)
    moved = scan(np.round(zero) * unit + unit * values, alpha=0.001).outliers
    assert (120, 120) in [(one.first, one.last) for one in moved]


@pytest.mark.parametrize("make", ["normal", "standard_cauchy", "exponential", "uniform"])
def test_what_is_skipped_as_calm_holds_no_outlier(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draws = [getattr(np.random.default_rng(seed), make)(size=400) for seed in range(15)]
    quick = [scan(values, alpha=0.001).outliers for values in draws]
    monkeypatch.setattr("sereno.stats.outliers.CALM", -np.inf)
    assert [scan(values, alpha=0.001).outliers for values in draws] == quick

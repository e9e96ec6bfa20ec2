"""Outliers on every scale."""

from __future__ import annotations

import numpy as np
import pytest

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


def test_one_of_many_equal_values() -> None:
    values = np.zeros(500)
    values[77] = 1.0
    (found,) = scan(values, alpha=0.001).outliers
    assert (found.first, found.last, found.expected, found.p_value) == (77, 77, 0.0, 1 / 500)

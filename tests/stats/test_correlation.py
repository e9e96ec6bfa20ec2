"""Correlations and leads against scipy and planted relations."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from sereno.stats.correlation import correlated, leads


def test_rho_is_spearmans_and_the_interval_holds_it() -> None:
    rng = np.random.default_rng(1)
    first = rng.normal(size=200)
    second = first + rng.normal(size=200)
    (pair,) = correlated(np.stack([first, second]), alpha=0.01)
    theirs = stats.spearmanr(first, second)
    assert pair.rho == pytest.approx(theirs.statistic, abs=1e-3)
    assert pair.low < pair.rho < pair.high
    assert pair.worth == pytest.approx(200, rel=0.25)


def test_two_random_walks_are_not_called_related() -> None:
    told = sum(
        bool(correlated(np.cumsum(np.random.default_rng(seed).normal(size=(2, 200)), axis=1), alpha=0.01))
        for seed in range(200)
    )
    assert told <= 10  # scipy's test calls more than half of them related


def test_many_unrelated_series_have_no_pairs() -> None:
    rows = np.random.default_rng(3).normal(size=(60, 128))
    assert correlated(rows, alpha=0.001) == []
    assert leads(rows, alpha=0.001, longest=32) == []


@pytest.mark.parametrize("lag", [1, 7, 20])
def test_a_planted_lead(lag: int) -> None:
    rng = np.random.default_rng(lag)
    source = np.cumsum(rng.normal(size=300)) * 0.3 + rng.normal(size=300)
    follower = np.roll(source, lag) + 0.5 * rng.normal(size=300)
    found = leads(np.stack([rng.normal(size=300), follower, source]), alpha=0.001, longest=60)
    assert [(one.leader, one.follower, one.lag) for one in found] == [(2, 1, lag)]
    assert found[0].rho > 0.4

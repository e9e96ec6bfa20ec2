"""Whole rows: exact p-values without drift, and what single columns cannot show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sereno.drift.columns import Kind
from sereno.drift.compare import compare
from sereno.drift.multivariate import MOST, Multivariate, chosen, multivariate
from sereno.drift.reference import freeze

KINDS: dict[str, Kind] = {"a": "numeric", "b": "numeric", "c": "categorical"}


def drawn(rng: np.random.Generator, n: int, together: float = 0.0, lost: float = 0.0) -> dict[str, list[Any]]:
    """Two normal columns of a correlation, and a category; both columns alone are the same whatever it is."""
    a, b = rng.multivariate_normal([0, 0], [[1, together], [together, 1]], n).T
    gone = rng.random(n) < lost
    return {
        "a": [None if missing else value for value, missing in zip(a.tolist(), gone.tolist(), strict=True)],
        "b": b.tolist(),
        "c": rng.choice(["x", "y", "z"], n).tolist(),
    }


def found(rng: np.random.Generator, n: int, before: float = 0.0, now: float = 0.0) -> Multivariate:
    return multivariate(drawn(rng, n, before), drawn(rng, n, before), drawn(rng, n, now), KINDS, rng)


def test_without_drift_each_p_is_uniform() -> None:
    rng = np.random.default_rng(1)
    rounds = [found(rng, 60).tests for _ in range(80)]
    for at, name in enumerate(("mmd", "domain_classifier", "pca_reconstruction")):
        p = np.array([one[at].p_value for one in rounds])
        assert rounds[0][at].test == name
        # 80 uniform draws are below 0.2 between 6 and 28 times with a chance of 99.9 % (binomial), 0.5 in the middle.
        assert 6 <= (p <= 0.2).sum() <= 28, name
        assert 0.35 < np.median(p) < 0.65, name


def test_columns_that_part_ways_are_seen_only_by_whole_rows() -> None:
    rng = np.random.default_rng(2)
    before, now = drawn(rng, 1000, 0.9), drawn(rng, 500, -0.2)
    alone = compare(freeze({"a": before["a"], "b": before["b"]}), {"a": now["a"], "b": now["b"]}, resamples=0)
    assert alone.severity == "none"
    whole = found(rng, 400, 0.9, -0.2)
    by_name = {one.test: one for one in whole.tests}
    assert whole.drift
    assert by_name["mmd"].p_adjusted < 0.01
    assert by_name["pca_reconstruction"].p_adjusted < 0.01
    assert by_name["pca_reconstruction"].statistic > 1.1


def test_what_is_missing_is_seen() -> None:
    rng = np.random.default_rng(3)
    whole = multivariate(drawn(rng, 300), drawn(rng, 300), drawn(rng, 300, lost=0.3), KINDS, rng)
    (area,) = (one.statistic for one in whole.tests if one.test == "domain_classifier")
    assert whole.drift
    assert 0.58 < area < 0.75  # of rows 30 % are told apart for certain: 0.65 were chance to decide the rest


def test_new_categories_constant_and_empty_columns_are_no_error() -> None:
    rng = np.random.default_rng(4)
    same: dict[str, list[Any]] = {"a": [1.0] * 100, "b": [None] * 100, "c": ["x"] * 100}
    other: dict[str, list[Any]] = {"a": [float("inf")] * 100, "b": [None] * 100, "c": [f"new {n}" for n in range(100)]}
    assert not multivariate(same, same, same, KINDS, rng).drift
    whole = multivariate(same, same, other, KINDS, rng)
    assert whole.drift
    assert all(np.isfinite((one.statistic, one.p_value)).all() for one in whole.tests)


@pytest.mark.parametrize(("reference", "current"), [(99, 1000), (1000, 49), (0, 0)])
def test_too_few_rows_are_not_compared(reference: int, current: int) -> None:
    assert chosen(reference, current, np.random.default_rng(5)) is None


def test_a_sample_bounds_the_cost_and_no_row_is_on_both_sides() -> None:
    rows = chosen(1_000_000, 1_000_000, np.random.default_rng(6))
    assert rows is not None
    assert [len(one) for one in rows] == [MOST] * 3
    assert not set(rows.taught.tolist()) & set(rows.reference.tolist())

"""Rows that show the drift are those from bins that have filled."""

from __future__ import annotations

import numpy as np

from sereno.drift.compare import compare
from sereno.drift.examples import bins_of, typical_rows
from sereno.drift.reference import freeze


def test_planted_rows_come_first() -> None:
    rng = np.random.default_rng(0)
    before = {"v": rng.normal(size=1000), "c": rng.choice(["a", "b"], 1000)}
    now = {"v": rng.normal(size=400), "c": rng.choice(["a", "b"], 400).astype(object)}
    now["v"][100:200] = 9.0
    now["c"][100:200] = "new"
    found = compare(freeze(before), now)
    rows = typical_rows(found.results, {"v": now["v"].tolist(), "c": now["c"].tolist()})
    assert 100 <= rows[0] < 200
    assert len(rows) == len(set(rows))


def test_no_drift_no_rows() -> None:
    assert typical_rows([], {}) == []


def test_every_row_is_in_the_bin_that_counted_it() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=300)
    values[::7] = np.nan
    words = [None if n % 9 == 0 else f"c{n % 40}" for n in range(300)]
    found = compare(
        freeze({"v": rng.normal(size=500), "w": [f"c{n % 20}" for n in range(500)]}), {"v": values, "w": words}
    )
    for result, column in ((r, values.tolist() if r.feature == "v" else words) for r in found.results):
        bins = bins_of(result.kind, result.table, column)
        assert np.bincount(bins, minlength=len(result.table.labels)).tolist() == result.table.current.tolist()

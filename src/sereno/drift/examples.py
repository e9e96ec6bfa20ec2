"""Rows that show the drift: those that were rare before and are common now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sereno.drift.columns import Kind, Numbers, Values, category, column
from sereno.drift.compare import Result
from sereno.drift.tables import Table
from sereno.stats.distances import jeffreys

MOST = 8


def typical_rows(drifted: Sequence[Result], rows: Mapping[str, Values], most: int = MOST) -> list[int]:
    """Indices of the current rows nearest to the drift, the most telling first, no two from the same bins.

    A row's score is Σ ln(share now / share before) of its bins over the drifted features: the log likelihood ratio of
    “current” against “reference” were the features independent.

    Args:
        drifted: results with a severity above `none`; empty gives no rows.
        rows: their columns, one value a row, all of one length.
        most: how many rows at most.
    """
    if not drifted:
        return []
    bins = np.stack([bins_of(result.kind, result.table, rows[result.feature]) for result in drifted])
    ratios = [np.log(jeffreys(result.table.current) / jeffreys(result.table.reference)) for result in drifted]
    scores = np.sum([ratio[at] for ratio, at in zip(ratios, bins, strict=True)], axis=0)
    found: dict[tuple[int, ...], int] = {}
    for row in np.argsort(-scores, kind="stable").tolist():
        if scores[row] <= 0 or len(found) == most:
            break
        found.setdefault(tuple(bins[:, row].tolist()), row)
    return list(found.values())


def bins_of(kind: Kind, table: Table, values: Values) -> NDArray[np.int64]:
    """The bin of every row, shape (rows,); the last one is what is missing."""
    missing = len(table.labels) - 1
    if kind == "numeric":
        found = column(values, "numeric")
        numbers = found.values if isinstance(found, Numbers) else np.empty(0)
        at = np.searchsorted(table.edges, numbers, side="left")
        return np.where(np.isfinite(numbers), at, missing)
    known = {name: at for at, name in enumerate(table.labels[:-2])}
    names = (category(value) for value in values)
    return np.array([missing if name is None else known.get(name, missing - 1) for name in names], dtype=np.int64)

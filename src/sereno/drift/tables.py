"""A feature's frozen counts beside those of a current window."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.drift.bins import ROWS_A_BIN, bins_for, count
from sereno.drift.columns import Column, Numbers, Values, Words, column
from sereno.drift.reference import Feature

MOST_SHOWN = 50
"""Categories compared one by one in the largest windows; the rest and all new ones are one bin."""
OTHER, MISSING = "(other)", "(missing)"
Ints = NDArray[np.int64]


class Table(NamedTuple):
    """Two rows of counts over the same bins.

    Attributes:
        labels: of the bins. reference, current: rows by bin, shape (B,).
        edges: numeric: between the bins, without the last one, which holds what is missing.
        tested: the two rows of counts that the test is made on: for categories in full, as what is rare is put together
            by both samples there, so that neither is favoured.
    """

    labels: tuple[str, ...]
    reference: Ints
    current: Ints
    edges: tuple[float, ...]
    tested: tuple[Ints, Ints]


def table(feature: Feature, values: Values | Column) -> Table:
    """The counts of a frozen feature and of a current column, which becomes what the reference is.

    Words where numbers are expected count as missing.

    Raises:
        ValueError: the column has more than one dimension.
    """
    found = column(values, feature.kind)
    return numeric_table(feature, found) if isinstance(found, Numbers) else categorical_table(feature, found)


def numeric_table(feature: Feature, found: Numbers) -> Table:
    """In as many frozen bins as the smaller side can fill, what is missing in one of its own."""
    grid = feature.grid(bins_for(min(found.rows, feature.rows)))
    counts, missing = count(found.values, grid.edges)
    reference, current = np.append(grid.counts, feature.missing), np.append(counts, missing)
    return Table((*intervals(grid.edges), MISSING), reference, current, grid.edges, (reference, current))


def categorical_table(feature: Feature, found: Words) -> Table:
    """The reference's most frequent categories, what is rare or new together, what is missing in a bin of its own."""
    rows = min(found.rows, feature.rows)
    kept = feature.categories[: min(max(rows // ROWS_A_BIN, 4), MOST_SHOWN) - 1]
    now = [found.counts.get(name, 0) for name, _ in kept]
    before = [before for _, before in kept]
    known_before, known_now = feature.rows - feature.missing, found.rows - found.missing
    reference = np.array([*before, known_before - sum(before), feature.missing])
    current = np.array([*now, known_now - sum(now), found.missing])
    labels = (*(name for name, _ in kept), OTHER, MISSING)
    return Table(labels, reference, current, (), _tested(feature, found))


def _tested(feature: Feature, found: Words) -> tuple[Ints, Ints]:
    before = dict(feature.categories)
    names = list(before)
    fresh = [name for name in found.counts if name not in before]
    if feature.others:  # categories that the reference did not keep cannot be told from new ones
        left = sum(found.counts[name] for name in fresh)
        fresh = []
    else:
        left = 0
    a = [*before.values(), *(0 for _ in fresh), feature.others, feature.missing]
    b = [*(found.counts.get(name, 0) for name in names), *(found.counts[name] for name in fresh), left, found.missing]
    return np.array(a, dtype=np.int64), np.array(b, dtype=np.int64)


def intervals(edges: tuple[float, ...]) -> tuple[str, ...]:
    """How bins read; one of a single value reads as that value.

    >>> intervals((1.0, 2.5))
    ('≤ 1', '1 – 2.5', '> 2.5')
    >>> intervals((np.nextafter(0.0, -1.0), 0.0, 7.0))
    ('< 0', '0', '0 – 7', '> 7')
    """
    if not edges:
        return ("all",)
    alone = [_alone(low, high) for low, high in pairwise(edges)]
    # An edge just below a value reads as the value: its last digits say nothing, and below 0 it would be 5e-324.
    shown = [f"{high if single else low:.4g}" for low, high, single in zip(edges, edges[1:], alone, strict=False)]
    shown.append(f"{edges[-1]:.4g}")
    between = (
        high if single else f"{low} – {high}" for low, high, single in zip(shown, shown[1:], alone, strict=False)
    )
    return (f"{'<' if alone[:1] == [True] else '≤'} {shown[0]}", *between, f"> {shown[-1]}")


def _alone(low: float, high: float) -> bool:
    """Whether only one value of the column's type lies above `low` and not above `high`."""
    with np.errstate(over="ignore"):  # what float32 cannot hold is none of its values
        return low in {float(np.nextafter(kind(high), kind(-np.inf))) for kind in (np.float32, np.float64)}

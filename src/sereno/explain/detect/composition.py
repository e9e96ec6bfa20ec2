"""Who makes up the whole: shares of the largest, how many share the rest; where two wholes differ most."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

import numpy as np

from sereno.explain.fact import Fact, Number
from sereno.explain.figures import count, numbers
from sereno.explain.frame import Categories, Chart

LARGEST = 5
DIFFERENT = 3
"""Categories told in both of two columns of shares, since their shares differ most."""
ROUNDED = 0.01
"""How far from 100 % the sum of rounded shares may be."""


def composition(chart: Chart) -> Iterator[Fact]:
    """Tell the largest categories of each figure, one fact each, and one of the whole (note `total`).

    Of one: `value`, `share` (percent of the sum; only where all values are 0 or more), `rank`. Of the whole: `total`,
    `count`, `mean`, `median`, `top_share` (percent of the `top_count` largest), `min`, `max`, `missing`; its series
    name the largest and the smallest. Of two columns that each add up to 100 %, those that differ most are told too.
    """
    also: dict[int, Collection[str]] = {}
    for at, (first, second) in enumerate(pairwise(chart.categories)):
        found = _different(first, second)
        also |= {at: {*also.get(at, ()), *found}, at + 1: found}
    for at, one in enumerate(chart.categories):
        yield from _of(one, also.get(at, ()))


def _different(first: Categories, second: Categories) -> Collection[str]:
    """Names of the categories whose shares differ most between two columns of shares; none where they are no shares."""
    if first.names != second.names or not (_of_a_whole(first) and _of_a_whole(second)):
        return ()
    apart = np.abs(np.asarray(second.values, dtype=np.float64) - np.asarray(first.values, dtype=np.float64))
    most = np.lexsort((np.arange(len(apart)), -apart))[:DIFFERENT]
    return {first.names[index] for index in most if apart[index] > 0}


def _of_a_whole(one: Categories) -> bool:
    whole = {"percent": 100.0, "percentunit": 1.0}.get(one.unit)
    values = np.asarray(one.values, dtype=np.float64)
    if whole is None or len(values) != len(one.names) or not (values >= 0).all():
        return False
    return abs(float(values.sum()) - whole) <= ROUNDED * whole


def _of(one: Categories, also: Collection[str]) -> Iterator[Fact]:
    size = min(len(one.names), len(one.values))
    values, names = np.asarray(one.values[:size], dtype=np.float64), one.names[:size]
    finite = np.isfinite(values)
    missing = int(size - np.count_nonzero(finite))
    if not finite.any():
        yield Fact(
            id="",
            kind="data",
            series=(one.name,),
            numbers=numbers(count("points", 0), count("count", missing)),
            weight=1.0,
            note="all_missing" if size else "empty",
        )
        return
    values, names = values[finite], tuple(name for name, good in zip(names, finite, strict=True) if good)
    order = np.lexsort((np.arange(len(values)), -values))
    with np.errstate(over="ignore"):
        total = float(values.sum())
    whole = total > 0 and bool((values >= 0).all()) and bool(np.isfinite(total))
    top = order[:LARGEST]
    yield Fact(
        id="",
        kind="composition",
        series=(one.name, *_ends(names, order)),
        numbers=numbers(
            Number("total", total, one.unit),
            count("count", len(values)),
            Number("mean", total / len(values), one.unit),
            Number("median", float(np.median(values)), one.unit),
            Number("max", float(values[order[0]]), one.unit),
            Number("min", float(values[order[-1]]), one.unit),
            Number("top_share", 100.0 * float(values[top].sum()) / total, "percent") if whole else None,
            count("top_count", len(top)) if whole else None,
            count("missing", missing) if missing else None,
        ),
        weight=0.8,
        note="total",
    )
    for rank, index in enumerate(order if also else top, start=1):
        if rank > LARGEST and names[index] not in also:
            continue
        share = 100.0 * float(values[index]) / total if whole else None
        yield Fact(
            id="",
            kind="composition",
            series=(names[index], one.name),
            numbers=numbers(
                Number("value", float(values[index]), one.unit),
                None if share is None else Number("share", share, "percent"),
                count("rank", rank),
            ),
            weight=(share or 0.0) / 100.0,
            note="part",
        )


def _ends(names: Sequence[str], order: np.ndarray[tuple[int, ...], np.dtype[np.intp]]) -> tuple[str, ...]:
    return (names[order[0]],) if len(names) == 1 else (names[order[0]], names[order[-1]])

"""Who makes up the whole: shares of the largest, how many share the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sereno.explain.fact import Fact, Number
from sereno.explain.figures import count, numbers
from sereno.explain.frame import Categories, Chart

LARGEST = 5


def composition(chart: Chart) -> Iterator[Fact]:
    """Tell the largest categories of each figure, one fact each, and one of the whole (note `total`).

    Of one: `value`, `share` (percent of the sum; only where all values are 0 or more), `rank`. Of the whole: `total`,
    `count`, `mean`, `median`, `top_share` (percent of the `top_count` largest), `min`, `max`, `missing`; its series
    name the largest and the smallest.
    """
    for one in chart.categories:
        yield from _of(one)


def _of(one: Categories) -> Iterator[Fact]:
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
    for rank, index in enumerate(top, start=1):
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

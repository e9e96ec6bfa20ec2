"""Roll-up cells and counters as rows: added to what is there, in the writer's transaction.

Histograms are merged here, not in the database: it has no quick way to add packed counts. No other writer comes between
the reading and the writing of a cell (`connection.WRITING`).
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
from collections.abc import Sequence

from sereno.metrics.increments import Increments
from sereno.metrics.rollups import FIGURES, ROLLUPS, Cells, Rollup
from sereno.stats.histograms import Histogram
from sereno.store.postgres.arrays import bigints, blobs, columns, texts
from sereno.store.postgres.digest import digest
from sereno.store.postgres.link import Link
from sereno.store.sql.cells import counter_stored, histogram_read, histogram_stored, keys_of, level_rows
from sereno.store.sql.columns import Numbers
from sereno.store.sql.slots import merge_slots


def _quoted(names: Sequence[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _keyed(rollup: Rollup) -> str:
    """FROM of the keys given as one array a column, as `v`, with the number `n` of each."""
    keys = _quoted(keys_of(rollup))
    return f"unnest({', '.join(['CAST(? AS bigint[])'] * len(keys))}) WITH ORDINALITY AS v ({', '.join(keys)}, n)"


def _find(rollup: Rollup) -> str:
    keys = ", ".join(_quoted(keys_of(rollup)))
    return f"SELECT v.n, t.slots FROM {_keyed(rollup)} JOIN {rollup.name} t USING ({keys})"


def _add(rollup: Rollup) -> str:
    keys, figures = _quoted(keys_of(rollup)), _quoted(FIGURES)
    columns = ", ".join([*keys, *figures, "slots"])
    arrays = ", ".join([*["CAST(? AS bigint[])"] * (len(keys) + len(figures)), "CAST(? AS bytea[])"])
    changes = ", ".join([*(f"{name} = t.{name} + excluded.{name}" for name in figures), "slots = excluded.slots"])
    return (
        f"INSERT INTO {rollup.name} AS t ({columns}) SELECT * FROM unnest({arrays})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {changes}"
    )


def _empty(rollup: Rollup) -> str:
    keys = _quoted(keys_of(rollup))
    same = " AND ".join(f"t.{key} = v.{key}" for key in keys)
    return f"DELETE FROM {rollup.name} t USING {_keyed(rollup)} WHERE {same} AND t.calls = 0"


_FIND = {rollup.name: _find(rollup) for rollup in ROLLUPS}
_ADD = {rollup.name: _add(rollup) for rollup in ROLLUPS}
_EMPTY = {rollup.name: _empty(rollup) for rollup in ROLLUPS}
_COUNT = (
    "INSERT INTO counters AS c (metric, labels, digest, value)"
    " SELECT * FROM unnest(CAST(? AS text[]), CAST(? AS text[]), CAST(? AS bytea[]), CAST(? AS bigint[]))"
    " ON CONFLICT (metric, digest) DO UPDATE SET value = c.value + excluded.value"
)
_HISTOGRAMS = (
    "SELECT v.n, h.nanos, h.exact, h.sparse FROM unnest(CAST(? AS text[]), CAST(? AS bytea[])) WITH ORDINALITY"
    " AS v (metric, digest, n) JOIN histograms h USING (metric, digest)"
)
_KEEP_HISTOGRAMS = (
    "INSERT INTO histograms (metric, labels, digest, nanos, exact, sparse) SELECT * FROM unnest(CAST(? AS text[]),"
    " CAST(? AS text[]), CAST(? AS bytea[]), CAST(? AS bigint[]), CAST(? AS bytea[]), CAST(? AS bytea[]))"
    " ON CONFLICT (metric, digest) DO UPDATE"
    " SET nanos = excluded.nanos, exact = excluded.exact, sparse = excluded.sparse"
)


def add(link: Link, names: Numbers, increments: Increments) -> None:
    """Add increments to roll-ups, counters and histograms."""
    for rollup in ROLLUPS:
        add_cells(link, names, rollup, increments.cells[rollup.name])
    if increments.counters:
        keys = list(increments.counters)
        labels = [json.dumps(values) for _, values in keys]
        values = [counter_stored(name, increments.counters[name, of]) for name, of in keys]
        link.execute(
            _COUNT, (texts(name for name, _ in keys), texts(labels), blobs(map(digest, labels)), bigints(values))
        )
    if increments.histograms:
        _add_histograms(link, increments.histograms)


def add_cells(link: Link, names: Numbers, rollup: Rollup, cells: Cells) -> None:
    """Add cells of a roll-up's finest level to all of its levels; a cell that no call is left in goes.

    Args:
        link: inside the writer's transaction.
        names: numbers of texts.
        rollup: whose cells they are.
        cells: what calls add, or differences (`metrics.rollups.differences`), which may be negative.
    """
    rows = list(level_rows(rollup, cells, names))
    if not rows:
        return
    keys = columns([key for key, _, _ in rows])
    slots = [packed for _, _, packed in rows]
    for n, kept in link.execute(_FIND[rollup.name], keys):
        slots[n - 1] = merge_slots(kept, slots[n - 1])
    figures = columns([cell.figures for _, cell, _ in rows])
    link.execute(_ADD[rollup.name], [*keys, *figures, blobs(slots)])
    lessened = [key for key, cell, _ in rows if cell.figures[0] < 0]
    if lessened:
        link.execute(_EMPTY[rollup.name], columns(lessened))


def _add_histograms(link: Link, added: dict[tuple[str, tuple[str, ...]], Histogram]) -> None:
    keys = list(added)
    metrics, labels = [name for name, _ in keys], [json.dumps(values) for _, values in keys]
    digests = blobs(map(digest, labels))
    totals = [Histogram.empty(added[key].edges) for key in keys]
    for n, *kept in link.execute(_HISTOGRAMS, (texts(metrics), digests)):
        totals[n - 1] = histogram_read(metrics[n - 1], *kept)
    for total, key in zip(totals, keys, strict=True):
        total.merge(added[key])
    nanos, exact, sparse = zip(*map(histogram_stored, totals), strict=True)
    link.execute(
        _KEEP_HISTOGRAMS, (texts(metrics), texts(labels), digests, bigints(nanos), blobs(exact), blobs(sparse))
    )

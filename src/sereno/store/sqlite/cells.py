"""Roll-up cells and counters as rows: added to what is there, in the writer's transaction."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3

from sereno.metrics.increments import Increments
from sereno.metrics.rollups import FIGURES, ROLLUPS, Cells, Rollup
from sereno.stats.histograms import Histogram
from sereno.store.sql.cells import counter_stored, histogram_read, histogram_stored, keys_of, level_rows
from sereno.store.sqlite.names import Names


def _upsert(table: str, keys: tuple[str, ...], added: tuple[str, ...], merged: tuple[str, ...] = ()) -> str:
    columns = keys + added + merged
    changes = [f"{name} = {name} + excluded.{name}" for name in added]
    changes += [f"{name} = sereno_merge({name}, excluded.{name})" for name in merged]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )


_ADD = {rollup.name: _upsert(rollup.name, keys_of(rollup), FIGURES, ("slots",)) for rollup in ROLLUPS}
_EMPTY = {
    rollup.name: f"DELETE FROM {rollup.name} WHERE calls = 0 AND {' = ? AND '.join(keys_of(rollup))} = ?"
    for rollup in ROLLUPS
}
_COUNTER = _upsert("counters", ("metric", "labels"), ("value",))


def add(connection: sqlite3.Connection, names: Names, increments: Increments) -> None:
    """Add increments to roll-ups, counters and histograms."""
    for rollup in ROLLUPS:
        add_cells(connection, names, rollup, increments.cells[rollup.name])
    connection.executemany(
        _COUNTER,
        [
            (name, json.dumps(labels), counter_stored(name, value))
            for (name, labels), value in increments.counters.items()
        ],
    )
    for (name, labels), histogram in increments.histograms.items():
        _add_histogram(connection, name, json.dumps(labels), histogram)


def add_cells(connection: sqlite3.Connection, names: Names, rollup: Rollup, cells: Cells) -> None:
    """Add cells of a roll-up's finest level to all of its levels; a cell that no call is left in goes.

    Args:
        connection: inside the writer's transaction.
        names: numbers of texts.
        rollup: whose cells they are.
        cells: what calls add, or differences (`metrics.rollups.differences`), which may be negative.
    """
    rows, lessened = [], []
    for key, cell, slots in level_rows(rollup, cells, names.numbers(connection)):
        rows.append((*key, *cell.figures, slots))
        if cell.figures[0] < 0:
            lessened.append(key)
    connection.executemany(_ADD[rollup.name], rows)
    connection.executemany(_EMPTY[rollup.name], lessened)


def _add_histogram(connection: sqlite3.Connection, name: str, labels: str, histogram: Histogram) -> None:
    row = connection.execute(
        "SELECT nanos, exact, sparse FROM histograms WHERE metric = ? AND labels = ?", (name, labels)
    ).fetchone()
    total = histogram_read(name, *row) if row else Histogram.empty(histogram.edges)
    total.merge(histogram)
    connection.execute(
        "INSERT INTO histograms (metric, labels, nanos, exact, sparse) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET nanos = excluded.nanos, exact = excluded.exact, sparse = excluded.sparse",
        (name, labels, *histogram_stored(total)),
    )

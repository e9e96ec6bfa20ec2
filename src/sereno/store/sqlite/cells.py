"""Roll-up cells and counters as rows: added to what is there, in the writer's transaction."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3
import struct
from typing import Any

from sereno.conventions import METRIC
from sereno.metrics.increments import Increments, parts_of
from sereno.metrics.rollups import FIGURES, ROLLUPS, Cells, Rollup, coarser
from sereno.stats.histograms import Histogram
from sereno.store.sqlite.columns import OPERATION_CODE, STATUS_CODE
from sereno.store.sqlite.functions import pack_slots
from sereno.store.sqlite.names import Names

_CODES: dict[str, dict[Any, int]] = {"operation": OPERATION_CODE, "status": STATUS_CODE}


def _upsert(table: str, keys: tuple[str, ...], added: tuple[str, ...], merged: tuple[str, ...] = ()) -> str:
    columns = keys + added + merged
    changes = [f"{name} = {name} + excluded.{name}" for name in added]
    changes += [f"{name} = sereno_merge({name}, excluded.{name})" for name in merged]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )


def _keys(rollup: Rollup) -> tuple[str, ...]:
    return ("seconds", "at", *rollup.dimensions)


_ADD = {rollup.name: _upsert(rollup.name, _keys(rollup), FIGURES, ("slots",)) for rollup in ROLLUPS}
_EMPTY = {
    rollup.name: f"DELETE FROM {rollup.name} WHERE {' AND '.join(f'{key} = ?' for key in _keys(rollup))} AND calls = 0"
    for rollup in ROLLUPS
}
_COUNTER = _upsert("counters", ("metric", "labels"), ("value",))


def add(connection: sqlite3.Connection, names: Names, increments: Increments) -> None:
    """Add increments to roll-ups, counters and histograms."""
    for rollup in ROLLUPS:
        add_cells(connection, names, rollup, increments.cells[rollup.name])
    connection.executemany(
        _COUNTER,
        [(name, json.dumps(labels), _stored(name, value)) for (name, labels), value in increments.counters.items()],
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
    numbers = names.numbers(connection)
    codes = [_CODES.get(dimension) for dimension in rollup.dimensions]
    for seconds in rollup.levels:
        level = cells if seconds == rollup.levels[0] else coarser(cells, seconds)
        rows, lessened = [], []
        for key, cell in level.items():
            values = [
                codes_of[value] if codes_of else numbers[value] or 0
                for codes_of, value in zip(codes, key[1:], strict=True)
            ]
            where = (seconds, key[0], *values)
            rows.append((*where, *cell.figures, pack_slots(cell.slots)))
            if cell.figures[0] < 0:
                lessened.append(where)
        connection.executemany(_ADD[rollup.name], rows)
        connection.executemany(_EMPTY[rollup.name], lessened)


def _stored(name: str, value: float) -> int:
    return int(value) if (whole := parts_of(name)) == 1 else round(value * whole)


def _add_histogram(connection: sqlite3.Connection, name: str, labels: str, histogram: Histogram) -> None:
    row = connection.execute(
        "SELECT nanos, exact, sparse FROM histograms WHERE metric = ? AND labels = ?", (name, labels)
    ).fetchone()
    total = _histogram(name, *row) if row else Histogram.empty(histogram.edges)
    total.merge(histogram)
    flat = [part for pair in sorted(total.sparse.items()) for part in pair]
    connection.execute(
        "INSERT INTO histograms (metric, labels, nanos, exact, sparse) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET nanos = excluded.nanos, exact = excluded.exact, sparse = excluded.sparse",
        (
            name,
            labels,
            total.nanos,
            struct.pack(f"<{len(total.exact)}Q", *total.exact),
            struct.pack("<" + "HQ" * len(total.sparse), *flat),
        ),
    )


def _histogram(name: str, nanos: int, exact: bytes, sparse: bytes) -> Histogram:
    counts = list(struct.unpack(f"<{len(exact) // 8}Q", exact))
    buckets = dict(struct.iter_unpack("<HQ", sparse))
    return Histogram(METRIC[name].edges, counts, buckets, sum(counts), nanos)


def counters(connection: sqlite3.Connection) -> Increments:
    """Every counter and histogram since the store began."""
    total = Increments()
    for name, labels, value in connection.execute("SELECT metric, labels, value FROM counters"):
        total.counters[name, tuple(json.loads(labels))] = value if (whole := parts_of(name)) == 1 else value / whole
    for name, labels, *parts in connection.execute("SELECT metric, labels, nanos, exact, sparse FROM histograms"):
        total.histograms[name, tuple(json.loads(labels))] = _histogram(name, *parts)
    return total

"""Roll-up cells and counters as rows: added to what is there, in the writer's transaction."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Mapping

from sereno.conventions import METRIC
from sereno.metrics.increments import Increments
from sereno.metrics.rollups import (
    HOUR,
    MINUTE,
    SUM_FIELDS,
    TRAFFIC_LEVELS,
    USAGE_LEVELS,
    Sums,
    TrafficCell,
    TrafficKey,
    UsageCell,
    UsageKey,
    coarser,
)
from sereno.stats.histograms import NANO, Histogram
from sereno.store.sqlite.columns import OPERATION_CODE, STATUS_CODE
from sereno.store.sqlite.names import Names, Numbers

_DURATIONS = ("latency_nanos", "ttft_nanos", "tpot_nanos")


def _upsert(table: str, keys: tuple[str, ...], added: tuple[str, ...], replaced: tuple[str, ...] = ()) -> str:
    columns = keys + added + replaced
    changes = [f"{name} = {name} + excluded.{name}" for name in added]
    changes += [f"{name} = excluded.{name}" for name in replaced]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changes)}"
    )


_TRAFFIC_KEYS = ("seconds", "at", "model", "operation", "status")
_TRAFFIC = _upsert("traffic", _TRAFFIC_KEYS, SUM_FIELDS + _DURATIONS, ("slots",))
_SLOTS = "SELECT slots FROM traffic WHERE seconds = ? AND at = ? AND model = ? AND operation = ? AND status = ?"
_USAGE = _upsert("usage", ("seconds", "at", "user", "model", "category"), SUM_FIELDS)
_COSTS = (
    "UPDATE traffic SET cost_nanos = cost_nanos + ?, cost_known = cost_known + ?"
    " WHERE seconds = ? AND at = ? AND model = ? AND operation = ? AND status = ?"
)
_EMPTY_USAGE = (
    "DELETE FROM usage WHERE seconds = ? AND at = ? AND user = ? AND model = ? AND category = ? AND calls = 0"
)
_COUNTER = _upsert("counters", ("metric", "labels"), ("value",))


def pack_slots(slots: Mapping[int, int]) -> bytes:
    """Counts by slot as pairs of u16 and u32."""
    flat = [part for pair in sorted(slots.items()) for part in pair]
    return struct.pack("<" + "HI" * len(slots), *flat)


def unpack_slots(data: bytes) -> dict[int, int]:
    """Counts by slot."""
    return dict(struct.iter_unpack("<HI", data))


def add(connection: sqlite3.Connection, names: Names, increments: Increments) -> None:
    """Add increments to roll-ups, counters and histograms."""
    numbers = names.numbers(connection)
    for seconds in TRAFFIC_LEVELS:
        traffic = increments.traffic if seconds == MINUTE else coarser(increments.traffic, seconds)
        _add_traffic(connection, numbers, seconds, traffic)
    for seconds in USAGE_LEVELS:
        usage = increments.usage if seconds == HOUR else coarser(increments.usage, seconds)
        _add_usage(connection, numbers, seconds, usage)
    connection.executemany(
        _COUNTER,
        [(name, json.dumps(labels), _stored(name, value)) for (name, labels), value in increments.counters.items()],
    )
    for (name, labels), histogram in increments.histograms.items():
        _add_histogram(connection, name, json.dumps(labels), histogram)


def _sums(sums: Sums) -> tuple[int, ...]:
    return tuple(getattr(sums, name) for name in SUM_FIELDS)


def _add_traffic(
    connection: sqlite3.Connection, numbers: Numbers, seconds: int, cells: Mapping[TrafficKey, TrafficCell]
) -> None:
    rows = []
    for key, cell in cells.items():
        where = (
            seconds,
            key.at,
            numbers[key.model] or 0,
            OPERATION_CODE[key.operation],
            STATUS_CODE[key.status],
        )
        slots = cell.slots
        present = connection.execute(_SLOTS, where).fetchone()
        if present:
            slots = dict(slots)
            for slot, n in struct.iter_unpack("<HI", present[0]):
                slots[slot] = slots.get(slot, 0) + n
        rows.append((
            *where, *_sums(cell.sums), cell.latency_nanos, cell.ttft_nanos, cell.tpot_nanos, pack_slots(slots),
        ))  # fmt: skip
    connection.executemany(_TRAFFIC, rows)


def _add_usage(
    connection: sqlite3.Connection, numbers: Numbers, seconds: int, cells: Mapping[UsageKey, UsageCell]
) -> None:
    connection.executemany(
        _USAGE,
        [
            (
                seconds,
                key.at,
                numbers[key.user] or 0,
                numbers[key.model] or 0,
                numbers[key.category] or 0,
                *_sums(cell.sums),
            )
            for key, cell in cells.items()
        ],
    )


def move(
    connection: sqlite3.Connection,
    names: Names,
    traffic: Mapping[int, Mapping[TrafficKey, Sums]],
    usage: Mapping[int, Mapping[UsageKey, Sums]],
) -> None:
    """Add differences, which may be negative, to the sums of roll-ups; cells that no call is left in go.

    Args:
        connection: inside the writer's transaction.
        names: numbers of texts.
        traffic: by length of the cells in seconds; these cells are there and keep their calls and durations.
        usage: likewise; these may be new, or lose their last call.
    """
    numbers = names.numbers(connection)
    for seconds, cells in traffic.items():
        connection.executemany(
            _COSTS,
            [
                (sums.cost_nanos, sums.cost_known, seconds, key.at, numbers[key.model] or 0,
                 OPERATION_CODE[key.operation], STATUS_CODE[key.status])
                for key, sums in cells.items()
            ],
        )  # fmt: skip
    for seconds, used in usage.items():
        rows = {
            (seconds, key.at, numbers[key.user] or 0, numbers[key.model] or 0, numbers[key.category] or 0): sums
            for key, sums in used.items()
        }
        connection.executemany(_USAGE, [(*where, *_sums(sums)) for where, sums in rows.items()])
        connection.executemany(_EMPTY_USAGE, list(rows))


def _is_money(name: str) -> bool:
    return name.endswith("_usd_total")


def _stored(name: str, value: float) -> int:
    return round(value * NANO) if _is_money(name) else int(value)


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
        total.counters[name, tuple(json.loads(labels))] = value / NANO if _is_money(name) else value
    for name, labels, *parts in connection.execute("SELECT metric, labels, nanos, exact, sparse FROM histograms"):
        total.histograms[name, tuple(json.loads(labels))] = _histogram(name, *parts)
    return total

"""Committing batches: calls, bodies, search, roll-ups, counters and positions in one transaction."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sereno.store.base import Batch
from sereno.store.sql.batches import (
    REMEMBERED_BATCHES,
    THREADS_SECONDS,
    identifier,
    is_repeated,
    lay_out,
    new_records,
    storable,
)
from sereno.store.sql.columns import COLUMNS
from sereno.store.sql.content import pack
from sereno.store.sqlite import cells, conversation_sums, search
from sereno.store.sqlite.names import Names

IDS_AT_ONCE = 1000
_INSERT = f"INSERT INTO calls ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"


def add(connection: sqlite3.Connection, names: Names, sessions: Names, batch: Batch) -> int:
    """Store a batch inside the writer's transaction; returns how many calls were new."""
    if is_repeated(connection, batch):
        return 0
    cleaned = storable(batch)
    seen = _stored(connection, [identifier(record) for record in cleaned])
    records, increments = new_records(connection, batch, cleaned, seen)
    last = connection.execute("SELECT last_sequence FROM state").fetchone()[0]
    numbers, session_numbers = names.numbers(connection), sessions.numbers(connection)
    session_numbers.prepare(who for record in records if (who := record.call.identity.session) is not None)
    laid = lay_out(records, last + 1, numbers, session_numbers, pack)
    connection.executemany(_INSERT, laid.calls)
    connection.executemany("INSERT INTO bodies VALUES (?, ?, ?, ?, ?)", laid.bodies)
    search.index(connection, laid.texts)
    _thread(connection, laid.threads)
    conversation_sums.add(connection, numbers, session_numbers, [record.call for record in records])
    cells.add(connection, names, increments)
    _positions(connection, batch)
    connection.execute(
        "UPDATE state SET last_sequence = last_sequence + ?, calls = calls + ?, internal_calls = internal_calls + ?,"
        " bodies = bodies + ?, longest = max(longest, ?)",
        (len(laid.calls), len(laid.calls), laid.internal, len(laid.bodies), laid.longest),
    )
    return len(laid.calls)


def _stored(connection: sqlite3.Connection, identifiers: Sequence[bytes]) -> set[bytes]:
    """Which of these ids are stored already."""
    found: set[bytes] = set()
    for first in range(0, len(identifiers), IDS_AT_ONCE):
        part = identifiers[first : first + IDS_AT_ONCE]
        rows = connection.execute(f"SELECT id FROM calls WHERE id IN ({', '.join('?' * len(part))})", part)
        found.update(row[0] for row in rows)
    return found


def _thread(connection: sqlite3.Connection, threads: list[tuple[Any, ...]]) -> None:
    """Remember which session each conversation belongs to; forget the old ones."""
    if not threads:
        return
    connection.executemany(
        "INSERT INTO threads VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET session = excluded.session, started_at = excluded.started_at"
        " WHERE excluded.started_at >= threads.started_at",
        threads,
    )
    newest = connection.execute("SELECT max(started_at) FROM threads").fetchone()[0]
    connection.execute("DELETE FROM threads WHERE started_at < ?", (newest - THREADS_SECONDS,))


def _positions(connection: sqlite3.Connection, batch: Batch) -> None:
    connection.executemany(
        "INSERT INTO positions VALUES (?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET segment = excluded.segment, offset = excluded.offset",
        [(p.instance, p.worker, p.segment, p.offset) for p in batch.positions],
    )
    number = connection.execute("INSERT INTO batches (id) VALUES (?)", (batch.id,)).lastrowid or 0
    connection.execute("DELETE FROM batches WHERE number <= ?", (number - REMEMBERED_BATCHES,))

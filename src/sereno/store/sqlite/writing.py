"""Committing batches: calls, bodies, search, roll-ups, counters and positions in one transaction."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import is_
from typing import Any

from sereno.calls import Position
from sereno.conventions import OTHER_MODEL, PREVIEW_CHARACTERS
from sereno.errors import StoreError
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Record
from sereno.store.sqlite import cells, clean, conversations, search
from sereno.store.sqlite.columns import INSERT, row_of
from sereno.store.sqlite.content import pack
from sereno.store.sqlite.names import Names

REMEMBERED_BATCHES = 1000
THREADS_SECONDS = 2 * 86400.0
IDS_AT_ONCE = 1000


def add(connection: sqlite3.Connection, names: Names, sessions: Names, batch: Batch) -> int:
    """Store a batch inside the writer's transaction; returns how many calls were new."""
    if _is_repeated(connection, batch):
        return 0
    records, increments = _new_records(connection, batch)
    last = connection.execute("SELECT last_sequence FROM state").fetchone()[0]
    rows: list[tuple[Any, ...]] = []
    bodies: list[tuple[Any, ...]] = []
    entries: list[tuple[int, float, str, str]] = []
    threads: list[tuple[Any, ...]] = []
    internal = 0
    numbers, session_numbers = names.numbers(connection), sessions.numbers(connection)
    session_numbers.prepare(who for record in records if (who := record.call.identity.session) is not None)
    for seq, record in enumerate(records, last + 1):
        call = record.call
        rows.append(row_of(call, seq, bytes.fromhex(call.id.replace("-", "")), numbers, session_numbers))
        prompt, response = call.prompt, call.response
        if record.exchange is not None or prompt or response:
            started = call.started_at
            shown = (prompt[:PREVIEW_CHARACTERS], response[:PREVIEW_CHARACTERS])
            bodies.append((seq, started, *shown, pack(record)))
            entries.append((seq, started, prompt, response))
        if call.conversation is not None and call.identity.session is not None:
            threads.append((call.conversation, call.identity.owner, call.identity.session, call.started_at))
        internal += bool(call.internal)
    connection.executemany(INSERT, rows)
    connection.executemany("INSERT INTO bodies VALUES (?, ?, ?, ?, ?)", bodies)
    search.index(connection, entries)
    _thread(connection, threads)
    conversations.add(connection, numbers, session_numbers, [record.call for record in records])
    cells.add(connection, names, increments)
    _positions(connection, batch)
    connection.execute(
        "UPDATE state SET last_sequence = last_sequence + ?, calls = calls + ?, internal_calls = internal_calls + ?,"
        " bodies = bodies + ?, longest = max(longest, ?)",
        (len(rows), len(rows), internal, len(bodies), max((r.call.timing.total for r in records), default=0.0)),
    )
    return len(rows)


def _is_repeated(connection: sqlite3.Connection, batch: Batch) -> bool:
    """Whether the batch is stored already; `StoreError` if half of it is."""
    if connection.execute("SELECT 1 FROM batches WHERE id = ?", (batch.id,)).fetchone():
        return True
    stored = {(p.instance, p.worker): p for p in positions(connection)}
    behind = ahead = 0
    for position in batch.positions:
        known = stored.get((position.instance, position.worker))
        behind += known is not None and position < known
        ahead += known is None or position > known
    if behind and ahead:
        raise StoreError(
            f"Batch {batch.id} is behind the stored journal position of one worker and ahead of another: two keepers"
            " read the same journal. Stop one of them."
        )
    return bool(batch.positions) and not ahead and (bool(behind) or bool(batch.records))


def _new_records(connection: sqlite3.Connection, batch: Batch) -> tuple[Sequence[Record], Any]:
    """The storable records that are not there yet, and what they count."""
    records = batch.records
    cleaned = [r if clean.is_storable(r.call) else clean.storable(r) for r in records]
    identifiers = [bytes.fromhex(record.call.id.replace("-", "")) for record in cleaned]
    seen = _stored(connection, identifiers)
    fresh = []
    for identifier, record in zip(identifiers, cleaned, strict=True):
        if identifier not in seen:
            seen.add(identifier)
            fresh.append(record)
    if len(fresh) == len(records) and all(map(is_, fresh, records)):
        return records, batch.increments
    slots = dict(connection.execute("SELECT model, label FROM model_slots").fetchall())
    # Some were counted before (an import run twice) or had to be changed: count anew, with the same labels.
    return fresh, account_all([r.call for r in fresh], lambda model: slots.get(model, OTHER_MODEL))


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


def positions(connection: sqlite3.Connection) -> list[Position]:
    """Up to where every known worker's journal is stored."""
    rows = connection.execute("SELECT instance, worker, segment, offset FROM positions ORDER BY instance, worker")
    return [Position(*row) for row in rows]

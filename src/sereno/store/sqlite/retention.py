"""Deleting by age, in batches small enough that ingest never waits long. Counters and roll-ups are never touched."""

from __future__ import annotations

import sqlite3

from sereno.store.sqlite import conversation_sums, search
from sereno.store.sqlite.names import Names

SPARE_SHARE = 0.1
"""Free pages are given back to the disk while they are more than this share of the file …"""
PAGES_AT_ONCE = 2000
"""… at most so many after each batch."""


def delete_bodies(connection: sqlite3.Connection, before: float, limit: int) -> int:
    """Remove the oldest bodies with their previews; drops search weeks that have none left."""
    gone = connection.execute(
        "DELETE FROM bodies WHERE seq IN (SELECT seq FROM bodies WHERE started_at < ? ORDER BY started_at LIMIT ?)",
        (before, limit),
    ).rowcount
    _bodies_gone(connection, gone)
    return gone


def delete_calls(connection: sqlite3.Connection, sessions: Names, before: float, limit: int) -> int:
    """Remove the oldest calls with all that hangs on them."""
    doomed = connection.execute(
        "SELECT seq, session, internal FROM calls WHERE started_at < ? ORDER BY started_at LIMIT ?", (before, limit)
    ).fetchall()
    seqs = [(seq,) for seq, _, _ in doomed]
    gone = connection.executemany("DELETE FROM bodies WHERE seq = ?", seqs).rowcount
    connection.executemany("DELETE FROM calls WHERE seq = ?", seqs)
    connection.executemany(
        "DELETE FROM sessions WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM calls WHERE session = ?1)",
        [(session,) for session in {session for _, session, _ in doomed if session is not None}],
    )
    conversation_sums.recount(connection, {session for _, session, _ in doomed if session is not None})
    sessions.forget()
    connection.execute(
        "UPDATE state SET calls = calls - ?, internal_calls = internal_calls - ?",
        (len(doomed), sum(internal is not None for _, _, internal in doomed)),
    )
    _bodies_gone(connection, max(gone, 0))
    return len(doomed)


def shrink(connection: sqlite3.Connection) -> None:
    """Give free pages back to the disk, a bounded number at once; outside a transaction."""
    free = connection.execute("PRAGMA freelist_count").fetchone()[0]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    if free > pages * SPARE_SHARE:
        connection.executescript(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})")  # execute() would free a single page


def _bodies_gone(connection: sqlite3.Connection, gone: int) -> None:
    if gone:
        connection.execute("UPDATE state SET bodies = bodies - ?", (gone,))
        search.drop_empty(connection, connection.execute("SELECT min(started_at) FROM bodies").fetchone()[0])

"""Full-text search: FTS5 tables without content, one a week of `started_at`.

They hold which word is in which call, nothing else (no positions, no text). Words come from `store.words`, joined by
spaces and split again by FTS5's `ascii` tokenizer, which leaves them as they are; a query is the words in double
quotes, so nothing that a person types is FTS syntax. Removing single entries from such an index needs the old text;
instead a week is dropped whole once its last body is gone, and until then entries without a body are not shown.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sereno.store.sql.dialect import Connection
from sereno.store.words import distinct, words

WEEK = 7 * 86400
MONDAY = 4 * 86400
"""1970-01-05, the first Monday of the epoch."""


def week_of(started_at: float) -> int:
    """Start of the week (Monday, UTC) in epoch seconds."""
    return int((started_at - MONDAY) // WEEK) * WEEK + MONDAY


def index(connection: sqlite3.Connection, entries: Iterable[tuple[int, float, str, str]]) -> None:
    """Add calls to the index.

    Args:
        connection: the writer, in a transaction.
        entries: (seq, started_at, prompt, response).
    """
    weeks: dict[int, list[tuple[int, str]]] = {}
    for seq, started_at, prompt, response in entries:
        found = distinct(prompt, response)
        if found:
            weeks.setdefault(week_of(started_at), []).append((seq, " ".join(found)))
    for start, rows in weeks.items():
        table = _table(connection, start)
        connection.executemany(f"INSERT INTO {table} (rowid, words) VALUES (?, ?)", rows)


def tables(connection: Connection) -> list[tuple[int, str]]:
    """(start, table) of every week, newest first."""
    return connection.execute("SELECT start_at, name FROM search_parts ORDER BY start_at DESC").fetchall()


def match(search: str) -> str | None:
    """The FTS5 query for all words of a search; None when it has no word."""
    found = sorted(set(words(search)))
    return " ".join(f'"{word}"' for word in found) if found else None


def hits(connection: Connection, query: str) -> tuple[str, list[str]]:
    """SQL that lists the seq of every call which has the words, and its parameters."""
    parts = [f"SELECT rowid AS seq FROM {name} WHERE {name} MATCH ?" for _, name in tables(connection)]
    if not parts:
        return "SELECT 0 AS seq WHERE 0", []
    return " UNION ALL ".join(parts), [query] * len(parts)


def drop_empty(connection: sqlite3.Connection, oldest_body: float | None) -> None:
    """Drop the weeks that ended before the oldest body that is left; all of them if there is none."""
    for start, name in tables(connection):
        if oldest_body is None or start + WEEK <= oldest_body:
            connection.execute(f"DROP TABLE {name}")
            connection.execute("DELETE FROM search_parts WHERE start_at = ?", (start,))


def _table(connection: sqlite3.Connection, start: int) -> str:
    row = connection.execute("SELECT name FROM search_parts WHERE start_at = ?", (start,)).fetchone()
    if row:
        return str(row[0])
    name = f"search_{start}" if start >= 0 else f"search_before_{-start}"
    connection.execute(
        f"CREATE VIRTUAL TABLE {name} USING fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')"
    )
    connection.execute("INSERT INTO search_parts VALUES (?, ?)", (start, name))
    return name

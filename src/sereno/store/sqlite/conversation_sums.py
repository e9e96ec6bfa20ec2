"""The sums of conversations, kept beside them as calls come, change and go."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from sereno.calls import Call
from sereno.store.sql.columns import Numbers
from sereno.store.sql.conversations import LLM, sums_of

_ADD = (
    "UPDATE sessions SET first_at = min(ifnull(first_at, ?2), ?2), last_at = max(ifnull(last_at, ?3), ?3),"
    " calls = calls + ?4, errors = errors + ?5, input_tokens = input_tokens + ?6, output_tokens = output_tokens + ?7,"
    " tokens = tokens + ?6 + ?7, cost_nanos = CASE WHEN ?8 IS NULL THEN cost_nanos ELSE ifnull(cost_nanos, 0) + ?8 END"
    " WHERE id = ?1"
)
_RECOUNT = (
    "UPDATE sessions SET (first_at, last_at, calls, errors, input_tokens, output_tokens, tokens, cost_nanos) ="
    " (SELECT min(c.started_at), max(c.started_at), count(*), ifnull(sum(c.status = 1), 0),"
    " ifnull(sum(c.input_tokens), 0), ifnull(sum(c.output_tokens), 0),"
    " ifnull(sum(c.input_tokens), 0) + ifnull(sum(c.output_tokens), 0), sum(CAST(round(c.cost_usd * 1e9) AS INTEGER))"
    f" FROM calls c WHERE c.session = ?1 AND {LLM}) WHERE id = ?1"
)
_TALKS = (
    "INSERT INTO talks VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
    " first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)"
)


def add(connection: sqlite3.Connection, names: Numbers, sessions: Numbers, calls: Iterable[Call]) -> None:
    """Add new calls to the sums of their conversations.

    Args:
        connection: inside the writer's transaction.
        names: numbers of users.
        sessions: numbers of conversations.
        calls: those just stored.
    """
    sums, talks = sums_of(calls, names, sessions)
    connection.executemany(_ADD, sums)
    connection.executemany(_TALKS, talks)


def recount(connection: sqlite3.Connection, sessions: Iterable[int]) -> None:
    """Sum conversations anew from the calls that are stored, after some went or changed."""
    numbers = [(number,) for number in sessions]
    connection.executemany(_RECOUNT, numbers)
    connection.executemany("DELETE FROM talks WHERE session = ?", numbers)
    connection.executemany(
        "INSERT INTO talks SELECT c.session, ifnull(c.user, 0), min(c.ended_at), max(c.ended_at) FROM calls c"
        f" WHERE c.session = ? AND {LLM} GROUP BY c.user",
        numbers,
    )

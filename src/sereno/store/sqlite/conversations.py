"""Conversations: their sums are kept beside them, so that any order of all of them is an index."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any

from sereno.calls import Call
from sereno.stats.histograms import NANO
from sereno.store.base import CallQuery, SessionRow, SessionSort
from sereno.store.sqlite import filters
from sereno.store.sqlite.columns import OTHER
from sereno.store.sqlite.covering import narrowed_by
from sereno.store.sqlite.names import Names, Numbers
from sereno.store.sqlite.plan import plan

COLUMNS: dict[SessionSort, str] = {"last": "last_at", "calls": "calls", "tokens": "tokens", "cost": "cost_nanos"}
"""Column of each order; `sessions_COLUMN` is its index."""
_LLM = f"c.operation <> {OTHER} AND c.internal IS NULL"
_OPEN = ["c.operation <> ?", "c.internal IS NULL"]
_ADD = (
    "UPDATE sessions SET first_at = min(ifnull(first_at, ?1), ?1), last_at = max(ifnull(last_at, ?2), ?2),"
    " calls = calls + ?3, errors = errors + ?4, input_tokens = input_tokens + ?5, output_tokens = output_tokens + ?6,"
    " tokens = tokens + ?5 + ?6, cost_nanos = CASE WHEN ?7 IS NULL THEN cost_nanos ELSE ifnull(cost_nanos, 0) + ?7 END"
    " WHERE id = ?8"
)
_RECOUNT = (
    "UPDATE sessions SET (first_at, last_at, calls, errors, input_tokens, output_tokens, tokens, cost_nanos) ="
    " (SELECT min(c.started_at), max(c.started_at), count(*), ifnull(sum(c.status = 1), 0),"
    " ifnull(sum(c.input_tokens), 0), ifnull(sum(c.output_tokens), 0),"
    " ifnull(sum(c.input_tokens), 0) + ifnull(sum(c.output_tokens), 0), sum(CAST(round(c.cost_usd * 1e9) AS INTEGER))"
    f" FROM calls c WHERE c.session = ?1 AND {_LLM}) WHERE id = ?1"
)
_TAKES_PART = "EXISTS (SELECT 1 FROM talks t WHERE t.session = s.id AND t.user = ?)"
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
    sums: dict[int, list[float | None]] = {}
    talks: dict[tuple[int, int], tuple[float, float]] = {}
    for call in calls:
        number = sessions[call.identity.session]
        if number is None or not call.is_llm:
            continue
        cost = None if call.cost_usd is None else round(call.cost_usd * NANO)
        started, usage = call.started_at, call.usage
        new = (1, call.status == "error", usage.input_tokens or 0, usage.output_tokens or 0)
        kept = sums.get(number)
        if kept is None:
            sums[number] = [started, started, *new, cost]
        else:
            first, last, *counts, known = kept
            counts = [(a or 0) + b for a, b in zip(counts, new, strict=True)]
            cost = known if cost is None else cost + int(known or 0)  # type: ignore[assignment]  # whole as well
            sums[number] = [min(first or 0.0, started), max(last or 0.0, started), *counts, cost]
        pair, ended = (number, names[call.identity.user] or 0), call.ended_at
        earliest, latest = talks.get(pair, (ended, ended))
        talks[pair] = (min(earliest, ended), max(latest, ended))
    connection.executemany(_ADD, [(*figures, number) for number, figures in sums.items()])
    connection.executemany(_TALKS, [(*pair, *times) for pair, times in talks.items()])


def recount(connection: sqlite3.Connection, sessions: Iterable[int]) -> None:
    """Sum conversations anew from the calls that are stored, after some went or changed."""
    numbers = [(number,) for number in sessions]
    connection.executemany(_RECOUNT, numbers)
    connection.executemany("DELETE FROM talks WHERE session = ?", numbers)
    connection.executemany(
        "INSERT INTO talks SELECT c.session, ifnull(c.user, 0), min(c.ended_at), max(c.ended_at) FROM calls c"
        f" WHERE c.session = ? AND {_LLM} GROUP BY c.user",
        numbers,
    )


class Conversations:
    """Reads conversations over one connection."""

    def __init__(self, connection: sqlite3.Connection, names: Names, sessions: Names) -> None:
        self._connection = connection
        self._names = names
        self._sessions = sessions

    def listed(self, query: CallQuery, sort: SessionSort) -> list[SessionRow]:
        """Those with a matching call, in order."""
        found = filters.source(self._connection, self._names, self._sessions, query, llm_only=True)
        column = COLUMNS[sort]
        condition = "1"
        values: list[Any] = []
        if query.user and query.internal is False and query.operation is None and self._alone(query):
            condition, values = _TAKES_PART, [self._names.find(self._connection, query.user)]
        elif found.conditions != _OPEN:
            few = found.ordered_by_hits or found.impossible
            if not few:
                way = plan(self._connection, self._names, self._sessions, query)
                few = way.few
                if few:
                    way.guide(found)
                else:
                    found.using("calls_session")
            filters.require_words(self._connection, found)
            values = found.values
            # Few calls lead to their conversations; many are met soon by walking the conversations.
            condition = (
                f"s.id IN (SELECT c.session {found.sql})"
                if few
                else f"EXISTS (SELECT 1 {found.sql} AND c.session = s.id)"
            )
            if query.user and query.internal is False and query.operation != "other" and not few:
                condition = f"{_TAKES_PART} AND {condition}"  # a look at few bytes before one at every call
                values = [self._names.find(self._connection, query.user), *values]
        rows = self._connection.execute(
            f"SELECT s.id, s.name, s.first_at, s.last_at, s.calls, s.errors, s.input_tokens, s.output_tokens,"
            f" s.cost_nanos FROM sessions s INDEXED BY sessions_{column} WHERE +s.calls > 0 AND {condition}"
            f" ORDER BY s.{column} DESC, s.last_at DESC, s.name DESC LIMIT ? OFFSET ?",
            [*values, query.limit, query.offset],
        ).fetchall()
        return [self._row(*row) for row in rows]

    def _alone(self, query: CallQuery) -> bool:
        """Whether nothing but the user narrows a question."""
        return narrowed_by(query) == {"user"} and query.start is None and query.end is None

    def _row(
        self, number: int, name: str, first: float, last: float, calls: int, errors: int, sent: int, got: int,
        cost: int | None,
    ) -> SessionRow:  # fmt: skip
        mine = f"FROM calls c INDEXED BY calls_session WHERE c.session = ? AND {_LLM}"
        models = self._connection.execute(f"SELECT DISTINCT c.model {mine} AND c.model IS NOT NULL", [number])
        user = self._connection.execute(
            f"SELECT c.user {mine} AND c.user IS NOT NULL ORDER BY c.started_at DESC, c.id DESC LIMIT 1", [number]
        ).fetchone()
        title = self._connection.execute(
            f"SELECT b.prompt {mine.replace(' WHERE', ' CROSS JOIN bodies b ON b.seq = c.seq WHERE')}"
            " AND b.prompt <> '' ORDER BY c.started_at, c.id LIMIT 1",
            [number],
        ).fetchone()
        texts = [self._names.text(self._connection, model) or "" for (model,) in models.fetchall()]
        return SessionRow(
            session=name, user=self._names.text(self._connection, user[0]) if user else None, first_at=first,
            last_at=last, calls=calls, errors=errors, models=tuple(sorted(texts)), input_tokens=sent,
            output_tokens=got, cost_usd=None if cost is None else cost / NANO, title=title[0] if title else "",
        )  # fmt: skip

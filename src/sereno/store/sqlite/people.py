"""Conversations and users: who talked, and how much."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.metrics.rollups import DAY
from sereno.stats.histograms import NANO
from sereno.store.base import CallQuery, SessionRow, SessionSort, UserRow, UserSort
from sereno.store.sqlite import filters
from sereno.store.sqlite.columns import OTHER
from sereno.store.sqlite.filters import Source
from sereno.store.sqlite.names import Names

_SUMS = (
    "min(c.started_at), max(c.started_at), count(*), sum(c.status = 1),"
    " ifnull(sum(c.input_tokens), 0), ifnull(sum(c.output_tokens), 0), sum(c.cost_usd)"
)


class People:
    """Reads sessions and users over one connection."""

    def __init__(self, connection: sqlite3.Connection, names: Names, sessions: Names) -> None:
        self._connection = connection
        self._names = names
        self._sessions = sessions

    def _source(self, query: CallQuery) -> Source:
        found = filters.source(self._connection, self._names, self._sessions, query, llm_only=True)
        filters.require_words(self._connection, found)
        return found

    def sessions(self, query: CallQuery, sort: SessionSort) -> list[SessionRow]:
        """Conversations, that with the latest call first.

        Walks the calls from the latest on until enough different sessions were met, then sums only those.
        """
        if sort != "last":
            everything = self.sessions(msgspec.structs.replace(query, offset=0, limit=1 << 40), "last")
            everything.sort(key=lambda row: _session_figure(row, sort), reverse=True)
            return everything[query.offset : query.offset + query.limit]
        found = self._source(query)
        found.require("c.session IS NOT NULL")
        met: dict[int, None] = {}
        wanted = query.offset + query.limit
        rows = self._connection.execute(
            f"SELECT c.session {found.sql} ORDER BY c.started_at DESC, c.id DESC", found.values
        )
        for (number,) in rows:
            met[number] = None
            if len(met) >= wanted:
                break
        rows.close()
        return [self._session(found, number) for number in list(met)[query.offset : wanted]]

    def _session(self, found: Source, number: int) -> SessionRow:
        values = [*found.values, number]
        sums = self._connection.execute(f"SELECT {_SUMS} {found.sql} AND c.session = ?", values).fetchone()
        models = self._connection.execute(
            f"SELECT DISTINCT c.model {found.sql} AND c.session = ? AND c.model IS NOT NULL", values
        ).fetchall()
        user = self._connection.execute(
            f"SELECT c.user {found.sql} AND c.session = ? AND c.user IS NOT NULL"
            " ORDER BY c.started_at DESC, c.id DESC LIMIT 1",
            values,
        ).fetchone()
        title = self._connection.execute(
            f"SELECT b.prompt FROM {found.tables} LEFT JOIN bodies b ON b.seq = c.seq"
            f" WHERE {' AND '.join(found.conditions)} AND c.session = ? ORDER BY c.started_at, c.id LIMIT 1",
            values,
        ).fetchone()[0]
        first, last, calls, errors, sent, got, cost = sums
        return SessionRow(
            session=self._sessions.text(self._connection, number) or "",
            user=self._text(user[0]) if user else None,
            first_at=first,
            last_at=last,
            calls=calls,
            errors=errors,
            models=tuple(sorted(self._text(model) or "" for (model,) in models)),
            input_tokens=sent,
            output_tokens=got,
            cost_usd=cost,
            title=title or "",
        )

    def users(self, query: CallQuery, sort: UserSort) -> list[UserRow]:
        """Users, most calls first, then by name.

        Without filters the order comes from the roll-up, and only the users shown are looked at.
        """
        if sort != "calls":
            everything = self.users(msgspec.structs.replace(query, offset=0, limit=1 << 40), "calls")
            everything.sort(key=lambda row: _user_figure(row, sort), reverse=True)
            return everything[query.offset : query.offset + query.limit]
        if _is_open(query) and self._whole():
            return [self._user(number) for number in self._busiest()[query.offset : query.offset + query.limit]]
        found = self._source(query)
        rows = self._connection.execute(
            f"SELECT c.user, {_SUMS}, count(DISTINCT c.session) {found.sql} GROUP BY c.user", found.values
        ).fetchall()
        users = [self._row(row) for row in rows]
        users.sort(key=lambda row: (-row.calls, row.user is not None, row.user or ""))
        return users[query.offset : query.offset + query.limit]

    def unique_users(self, query: CallQuery) -> int:
        """How many users the calls that ended in the query's time have; calls without a user count none."""
        if _is_open(query):
            days = "SELECT count(DISTINCT user) FROM people WHERE seconds = ? AND user > 0"
            return int(self._connection.execute(days, (DAY,)).fetchone()[0])
        found = filters.source(self._connection, self._names, self._sessions, query, "ended_at", llm_only=True)
        filters.require_words(self._connection, found)
        return int(self._connection.execute(f"SELECT count(DISTINCT c.user) {found.sql}", found.values).fetchone()[0])

    def _whole(self) -> bool:
        """Whether every call that was counted is still here, so that roll-ups and calls tell the same."""
        last, calls = self._connection.execute("SELECT last_sequence, calls FROM state").fetchone()
        return bool(calls == last + 1)

    def _busiest(self) -> list[int]:
        """Numbers of all users, 0 for none, most calls first."""
        rows = self._connection.execute(
            "SELECT user, sum(calls) FROM people WHERE seconds = ? GROUP BY user", (DAY,)
        ).fetchall()
        rows.sort(key=lambda row: (-row[1], row[0] != 0, self._text(row[0]) or ""))
        return [user for user, _ in rows]

    def _user(self, number: int) -> UserRow:
        """One user's row: sums from the roll-up, times and sessions from the index of users."""
        calls, errors, sent, got, cost, priced = self._connection.execute(
            "SELECT sum(calls), sum(error), sum(input_tokens), sum(output_tokens), sum(cost_nanos), sum(cost_known)"
            " FROM people WHERE seconds = ? AND user = ?",
            (DAY, number),
        ).fetchone()
        mine = f"FROM calls c WHERE c.user IS ? AND c.operation <> {OTHER} AND c.internal IS NULL"
        user = number or None
        first, last = (
            self._connection.execute(
                f"SELECT c.started_at {mine} ORDER BY c.started_at {way} LIMIT 1", (user,)
            ).fetchone()[0]
            for way in ("ASC", "DESC")
        )
        sessions = self._connection.execute(f"SELECT count(DISTINCT c.session) {mine}", (user,)).fetchone()[0]
        return self._row((user, first, last, calls, errors, sent, got, cost / NANO if priced else None, sessions))

    def _row(self, row: Sequence[Any]) -> UserRow:
        user, first, last, calls, errors, sent, got, cost, sessions = row
        return UserRow(
            user=self._text(user), first_at=first, last_at=last, calls=calls, errors=errors, sessions=sessions,
            input_tokens=sent, output_tokens=got, cost_usd=cost,
        )  # fmt: skip

    def _text(self, number: int | None) -> str | None:
        return self._names.text(self._connection, number)


def _session_figure(row: SessionRow, sort: SessionSort) -> float:
    tokens = row.input_tokens + row.output_tokens
    return {
        "last": row.last_at,
        "calls": row.calls,
        "tokens": tokens,
        "cost": -1 if row.cost_usd is None else row.cost_usd,
    }[sort]


def _user_figure(row: UserRow, sort: UserSort) -> float:
    return {
        "calls": row.calls,
        "errors": row.errors,
        "tokens": row.input_tokens + row.output_tokens,
        "cost": -1 if row.cost_usd is None else row.cost_usd,
        "sessions": row.sessions,
        "last": row.last_at,
    }[sort]


def _is_open(query: CallQuery) -> bool:
    """Whether the query asks for every LLM call of all time, whatever its paging."""
    return (
        msgspec.structs.replace(query, limit=100, offset=0, cursor=None, newest_first=True, sort="started")
        == CallQuery()
    )

"""Conversations: their sums are kept beside them, so that any order of all of them is an index."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sereno.calls import Call
from sereno.stats.histograms import NANO
from sereno.store.base import CallQuery, SessionRow, SessionSort
from sereno.store.sql import filters
from sereno.store.sql.columns import OTHER, Numbers
from sereno.store.sql.covering import narrowed_by
from sereno.store.sql.dialect import Asking

COLUMNS: dict[SessionSort, str] = {"last": "last_at", "calls": "calls", "tokens": "tokens", "cost": "cost_nanos"}
"""Column of each order; `sessions_COLUMN` is its index."""
LLM = f"c.operation <> {OTHER} AND c.internal IS NULL"
"""The calls that count in a conversation."""
_OPEN = ["c.operation <> ?", "c.internal IS NULL"]
_TAKES_PART = "EXISTS (SELECT 1 FROM talks t WHERE t.session = s.id AND t.user = ?)"


def sums_of(
    calls: Iterable[Call], names: Numbers, sessions: Numbers
) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """What calls add to their conversations.

    Args:
        calls: new ones.
        names: numbers of users.
        sessions: numbers of conversations.

    Returns:
        (conversation, start of the first and last call, calls, errors, input tokens, output tokens, billionths of a
        dollar or None) of each conversation; (conversation, user or 0, end of the first and last call) of each pair.
    """
    sums: dict[int, list[float | None]] = {}
    talks: dict[tuple[int, int], tuple[float, float]] = {}
    for call in calls:
        number = sessions[call.identity.session]
        if number is None or not call.is_llm:
            continue
        cost = None if call.cost_usd is None else round(call.cost_usd * NANO)
        started, usage = call.started_at, call.usage
        new = (1, int(call.status == "error"), usage.input_tokens or 0, usage.output_tokens or 0)
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
    return [(n, *figures) for n, figures in sums.items()], [(*pair, *times) for pair, times in talks.items()]


class Conversations:
    """Reads conversations over one connection."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._connection = asking.connection
        self._names = asking.names

    def listed(self, query: CallQuery, sort: SessionSort) -> list[SessionRow]:
        """Those with a matching call, in order."""
        found = filters.source(self._asking, query, llm_only=True)
        column = COLUMNS[sort]
        condition = "TRUE"
        values: list[Any] = []
        if query.user and query.internal is False and query.operation is None and self._alone(query):
            condition, values = _TAKES_PART, [self._names.find(self._connection, query.user)]
        elif found.conditions != _OPEN or found.words is not None:
            few = found.ordered_by_hits or found.impossible or self._asking.dialect.leads(self._asking, found, query)
            self._asking.dialect.require_words(self._asking, found)
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
            f" s.cost_nanos FROM {self._asking.dialect.sessions_along(f'sessions_{column}')}"
            f" WHERE +s.calls > 0 AND {condition}"
            f" ORDER BY s.{column} DESC NULLS LAST, s.last_at DESC, s.name DESC LIMIT ? OFFSET ?",
            [*values, query.limit, query.offset],
        ).fetchall()
        beside = self._beside([row[0] for row in rows])
        return [_row(row, *beside[row[0]]) for row in rows]

    def _alone(self, query: CallQuery) -> bool:
        """Whether nothing but the user narrows a question."""
        return narrowed_by(query) == {"user"} and query.start is None and query.end is None

    def _beside(self, numbers: list[int]) -> dict[int, tuple[tuple[str, ...], str | None, str]]:
        """Models, user and title of some conversations, by number: two statements, however many they are."""
        if not numbers:
            return {}
        those, tables = ", ".join(map(str, numbers)), f"FROM {self._asking.dialect.along('calls_session')}"
        models: dict[int, set[str]] = {number: set() for number in numbers}
        for number, model in self._connection.execute(
            f"SELECT DISTINCT c.session, c.model {tables} WHERE c.session IN ({those}) AND {LLM}"
            " AND c.model IS NOT NULL"
        ):
            models[number].add(self._names.text(self._connection, model) or "")
        rows = self._connection.execute(
            f"SELECT s.id, (SELECT c.user {tables} WHERE c.session = s.id AND {LLM} AND c.user IS NOT NULL"
            " ORDER BY c.started_at DESC, c.id DESC LIMIT 1),"
            f" (SELECT b.prompt {tables} JOIN bodies b ON b.seq = c.seq AND b.started_at = c.started_at"
            f" WHERE c.session = s.id AND {LLM} AND b.prompt <> '' ORDER BY c.started_at, c.id LIMIT 1)"
            f" FROM sessions s WHERE s.id IN ({those})"
        ).fetchall()
        return {
            number: (tuple(sorted(models[number])), self._names.text(self._connection, user), title or "")
            for number, user, title in rows
        }


def _row(found: Sequence[Any], models: tuple[str, ...], user: str | None, title: str) -> SessionRow:
    _, name, first, last, calls, errors, sent, got, cost = found
    return SessionRow(
        session=name, user=user, first_at=first, last_at=last, calls=calls, errors=errors, models=models,
        input_tokens=sent, output_tokens=got, cost_usd=None if cost is None else cost / NANO, title=title,
    )  # fmt: skip

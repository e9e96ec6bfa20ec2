"""A `CallQuery` as SQL conditions on the table `calls` (alias c). Values are always parameters."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from typing import Any, Literal

import msgspec

from sereno.store.base import CallQuery
from sereno.store.sqlite import search
from sereno.store.sqlite.columns import OPERATION_CODE, OTHER, STATUS_CODE
from sereno.store.sqlite.names import Names

FEW_HITS = 5000
"""Up to so many calls with the searched words are looked up one by one; beyond, calls are walked in order."""
NONE_ASKED = frozenset({"model", "user", "category"})
"""Columns of which "" asks for the calls that have none."""


class Source(msgspec.Struct):
    """FROM and WHERE of a query for calls.

    Attributes:
        tables: what follows FROM; alias c is `calls`.
        before: parameters inside `tables`.
        conditions: joined by AND.
        parameters: their values in order.
        words: FTS5 query that the calls must also match, when they are too many to be in `tables`.
        ordered_by_hits: whether `tables` is driven by search hits, in no useful order.
        impossible: whether nothing can match.
    """

    tables: str
    before: list[Any]
    conditions: list[str]
    parameters: list[Any]
    words: str | None = None
    ordered_by_hits: bool = False
    impossible: bool = False

    @property
    def sql(self) -> str:
        """`FROM … WHERE …`."""
        return f"FROM {self.tables} WHERE {' AND '.join(self.conditions) or '1'}"

    @property
    def values(self) -> list[Any]:
        """Parameters of `sql`."""
        return [*self.before, *self.parameters]

    def using(self, index: str | None) -> None:
        """Walk this index; None leaves the choice to SQLite, as does a search that drives the query."""
        if index is not None and not self.ordered_by_hits and not self.impossible:
            self.tables = f"calls c INDEXED BY {index}"

    def require(self, condition: str, *values: Any) -> None:
        """Narrow by one more condition."""
        self.conditions.append(condition)
        self.parameters.extend(values)


def source(
    connection: sqlite3.Connection,
    names: Names,
    sessions: Names,
    query: CallQuery,
    time: Literal["started_at", "ended_at"] = "started_at",
    *,
    llm_only: bool = False,
) -> Source:
    """The calls that a query asks for, without paging.

    Args:
        connection: where names are looked up.
        names: numbers of texts.
        sessions: numbers of session ids.
        query: the question.
        time: which time `start` and `end` bound.
        llm_only: leave out `other` unless it is asked for (aggregates).
    """
    found = Source("calls c", [], [], [])
    _search(connection, found, query.search)
    for column, text, table in (
        ("model", query.model, names),
        ("user", query.user, names),
        ("session", query.session, sessions),
        ("category", query.category, names),
        ("key", query.key, names),
        ("client", query.client, names),
        ("error_type", query.error_type, names),
    ):
        if text == "" and column in NONE_ASKED:
            found.require(f"c.{column} IS NULL")
        elif text is not None:
            found.require(f"c.{column} = ?", table.find(connection, text))
    if query.status is not None:
        found.require("c.status = ?", STATUS_CODE[query.status])
        if query.status != "success":
            found.require("c.status > 0")  # lets the partial index be used
    if query.operation is not None:
        found.require("c.operation = ?", OPERATION_CODE[query.operation])
    elif llm_only or query.llm:
        found.require("c.operation <> ?", OTHER)
    if query.internal is not None:
        found.require("c.internal IS NOT NULL" if query.internal else "c.internal IS NULL")
    for column, comparison, value in (
        (time, ">=", query.start),
        (time, "<", query.end),
        ("input_tokens", ">=", query.min_input_tokens),
        ("input_tokens", "<=", query.max_input_tokens),
        ("output_tokens", ">=", query.min_output_tokens),
        ("output_tokens", "<=", query.max_output_tokens),
        ("total", ">=", query.min_latency),
        ("total", "<=", query.max_latency),
    ):
        if value is not None:
            found.require(f"c.{column} {comparison} ?", value)
    return found


def require_words(connection: sqlite3.Connection, found: Source) -> None:
    """Make a source that leaves the words open (`Source.words`) complete, for queries that need no order."""
    if found.words is not None:
        sql, values = search.hits(connection, found.words)
        found.require(f"+c.seq IN ({sql})", *values)
        found.words = None


def _search(connection: sqlite3.Connection, found: Source, text: str | None) -> None:
    if not text or not text.strip():
        return
    found.require("EXISTS (SELECT 1 FROM bodies b2 WHERE b2.seq = c.seq)")  # words outlive their body up to a week
    query = search.match(text)
    if query is None:
        found.require("0")
        found.impossible = True
        return
    sql, values = search.hits(connection, query)
    count = f"SELECT count(*) FROM (SELECT 1 FROM ({sql}) LIMIT {FEW_HITS + 1})"
    if connection.execute(count, values).fetchone()[0] <= FEW_HITS:
        found.tables = f"({sql}) h CROSS JOIN calls c ON c.seq = h.seq"
        found.before = values
        found.ordered_by_hits = True
    else:
        found.words = query

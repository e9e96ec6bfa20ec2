"""A `CallQuery` as SQL conditions on the table `calls` (alias c). Values are always parameters."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from sereno.store.base import CallQuery
from sereno.store.sql.columns import OPERATION_CODE, OTHER, STATUS_CODE
from sereno.store.sql.dialect import Asking

NONE_ASKED = frozenset({"model", "user", "category"})
"""Columns of which "" asks for the calls that have none."""


class Source(msgspec.Struct):
    """FROM and WHERE of a query for calls.

    Attributes:
        tables: what follows FROM; alias c is `calls`.
        before: parameters inside `tables`.
        conditions: joined by AND.
        parameters: their values in order.
        words: what the database is asked for the words that the calls must also have, when those that have them are too
            many to be in `tables`.
        ordered_by_hits: whether `tables` is driven by search hits, in no useful order.
        impossible: whether nothing can match.
    """

    tables: str
    before: list[Any]
    conditions: list[str]
    parameters: list[Any]
    words: Any = None
    ordered_by_hits: bool = False
    impossible: bool = False

    @property
    def sql(self) -> str:
        """`FROM … WHERE …`."""
        return f"FROM {self.tables} WHERE {' AND '.join(self.conditions) or 'TRUE'}"

    @property
    def values(self) -> list[Any]:
        """Parameters of `sql`."""
        return [*self.before, *self.parameters]

    def using(self, tables: str) -> None:
        """Walk the calls in this way (`Dialect.along`), unless a search drives the query."""
        if not self.ordered_by_hits and not self.impossible:
            self.tables = tables

    def require(self, condition: str, *values: Any) -> None:
        """Narrow by one more condition."""
        self.conditions.append(condition)
        self.parameters.extend(values)


def source(
    asking: Asking,
    query: CallQuery,
    time: Literal["started_at", "ended_at"] = "started_at",
    *,
    llm_only: bool = False,
) -> Source:
    """The calls that a query asks for, without paging.

    Args:
        asking: where names and words are looked up.
        query: the question.
        time: which time `start` and `end` bound.
        llm_only: leave out `other` unless it is asked for (aggregates).
    """
    found = Source("calls c", [], [], [])
    if query.search and query.search.strip():
        asking.dialect.search(asking, found, query.search)
    names, sessions = asking.names, asking.sessions
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
            found.require(f"c.{column} = ?", table.find(asking.connection, text))
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

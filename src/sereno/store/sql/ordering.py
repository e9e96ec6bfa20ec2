"""The orders of lists of calls as SQL: by start, or by a figure with unknown ones last; and what follows a cursor."""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Call, id_bytes
from sereno.errors import QueryError
from sereno.store.base import CallQuery, Cursor, Sort
from sereno.store.sql.columns import tokens_of
from sereno.store.sql.filters import Source

FIGURES: dict[Sort, tuple[str, str]] = {
    "latency": ("total", "calls_latency"),
    "tokens": ("tokens", "calls_tokens"),
    "cost": ("cost_usd", "calls_cost"),
}
"""Column and index of each order by figure."""
ALWAYS_KNOWN: frozenset[Sort] = frozenset({"started", "latency"})


class Order(msgspec.Struct, frozen=True):
    """How the rows of a question lie.

    Attributes:
        figure: column that comes before the start, None in the order of start.
        descending: newest or largest first.
    """

    figure: str | None
    descending: bool

    @property
    def sql(self) -> str:
        """`ORDER BY …` over the table alias c."""
        way = "DESC" if self.descending else "ASC"
        columns = [column for column in (self.figure, "started_at", "id") if column]
        return "ORDER BY " + ", ".join(f"c.{column} {way}" for column in columns)

    def after(self, found: Source, cursor: Cursor) -> None:
        """Narrow a source to the rows that follow a call.

        Args:
            found: rows of this order.
            cursor: the call; its value is one of `figure`.
        """
        identifier = _identifier(cursor)
        then, beyond = ("<=", "<") if self.descending else (">=", ">")
        started = f"c.started_at {then} ? AND (c.started_at {beyond} ? OR c.id {beyond} ?)"
        values: list[Any] = [cursor.started_at, cursor.started_at, identifier]
        if self.figure is None:
            found.require(started, *values)
        else:
            figure = f"c.{self.figure}"
            value = cursor.value
            found.require(f"{figure} {then} ? AND ({figure} {beyond} ? OR ({started}))", value, value, *values)


def order_of(query: CallQuery) -> Order:
    """The order that a question asks for."""
    figure = None if query.sort == "started" else FIGURES[query.sort][0]
    return Order(figure, query.newest_first)


def checked_cursor(query: CallQuery) -> Cursor | None:
    """The question's cursor.

    Raises:
        QueryError: it was given by a list in another order, or is none of ours.
    """
    cursor = query.cursor
    if cursor is not None:
        _identifier(cursor)
        if cursor.sort != query.sort:
            raise QueryError(
                "cursor",
                f"The cursor is of a list sorted by {cursor.sort}, this one is sorted by {query.sort}.",
                "a cursor of the same order; leave it out to begin anew",
            )
    return cursor


def cursor_of(query: CallQuery, call: Call) -> Cursor:
    """The cursor that leads to what follows a call."""
    value: float | None = None
    match query.sort:
        case "latency":
            value = call.timing.total
        case "tokens":
            value = tokens_of(call.usage)
        case "cost":
            value = call.cost_usd
        case "started":
            pass
    return Cursor(call.started_at, call.id, query.sort, value)


def _identifier(cursor: Cursor) -> bytes:
    try:
        return id_bytes(cursor.id)
    except ValueError:
        raise QueryError(
            "cursor", f"The cursor {cursor.id!r} is none of ours.", "the address of the next page"
        ) from None

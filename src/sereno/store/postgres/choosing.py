"""Which calls a page shows, by number, in its order; only those are then read whole.

Words that many calls have are found by walking calls in the order of the list: the page is soon full. Words that few
have are looked up. Which it is, the first thousand calls say.
"""

# SQL is put together from names in this package; what users say is always a parameter.

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sereno.calls import id_text
from sereno.store.base import CallQuery, Cursor
from sereno.store.postgres.arrays import bigints
from sereno.store.sql import filters
from sereno.store.sql.dialect import Asking
from sereno.store.sql.ordering import ALWAYS_KNOWN, Order, checked_cursor, order_of

FIRST_WALK, LAST_WALK = 1000, 20_000
"""Calls looked at together while walking; grows while little is found. More in all are not walked."""
# Joined to an empty array, the words cannot be looked up in the index, which is what walking is instead of.
_THAT_HAVE = (
    "SELECT b.seq FROM bodies b WHERE b.seq = ANY(CAST(? AS bigint[])) AND b.started_at >= ? AND b.started_at <= ?"
    " AND (b.words || CAST('{}' AS bigint[])) @> CAST(? AS bigint[])"
)


class Chosen(NamedTuple):
    """A call of a page: its number, its figure in the page's order, its start, its id."""

    seq: int
    value: float | None
    started_at: float
    id: bytes


class Chooser:
    """Chooses calls over one connection, in one transaction."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def choose(self, query: CallQuery, limit: int) -> list[int]:
        """Numbers of the calls after the query's cursor and offset, at most `limit`."""
        cursor = checked_cursor(query)
        wanted = query.offset + limit
        words = filters.source(self._asking, query).words
        if words is None:
            rows = self._ranked(query, cursor, wanted)
        else:
            rows = self._with_words(query, cursor, wanted, words)
        return [row.seq for row in rows[query.offset :]]

    def _ranked(self, query: CallQuery, cursor: Cursor | None, wanted: int, *, looked_up: bool = False) -> list[Chosen]:
        """The first calls after a cursor, whatever their words unless they are looked up."""
        order = order_of(query)
        if order.figure is None:
            return self._rows(query, order, cursor, wanted, "", looked_up=looked_up)
        rows: list[Chosen] = []
        if cursor is None or cursor.value is not None:
            known = f" AND c.{order.figure} IS NOT NULL"
            rows = self._rows(query, order, cursor, wanted, known, looked_up=looked_up)
            cursor = None
        if len(rows) < wanted and query.sort not in ALWAYS_KNOWN:
            unknown, by_start = f" AND c.{order.figure} IS NULL", Order(None, order.descending)
            rows += self._rows(query, by_start, cursor, wanted - len(rows), unknown, looked_up=looked_up)
        return rows

    def _rows(
        self, query: CallQuery, order: Order, cursor: Cursor | None, limit: int, more: str, *, looked_up: bool
    ) -> list[Chosen]:
        found = filters.source(self._asking, query)
        if looked_up:
            self._asking.dialect.require_words(self._asking, found)
        if cursor is not None:
            order.after(found, cursor)
        figure = f"c.{order.figure}" if order.figure else "NULL"
        sql = f"SELECT c.seq, {figure}, c.started_at, c.id {found.sql}{more} {order.sql} LIMIT ?"
        return [Chosen(*row) for row in self._asking.connection.execute(sql, [*found.values, limit])]

    def _with_words(self, query: CallQuery, cursor: Cursor | None, wanted: int, words: str) -> list[Chosen]:
        kept: list[Chosen] = []
        step, walked = FIRST_WALK, 0
        while len(kept) < wanted:
            if walked and len(kept) * (LAST_WALK / walked) < wanted:
                return kept + self._ranked(query, cursor, wanted - len(kept), looked_up=True)
            rows = self._ranked(query, cursor, step)
            if rows:
                present = self._that_have(words, rows)
                kept.extend(row for row in rows if row.seq in present)
                last = rows[-1]
                cursor = Cursor(last.started_at, id_text(last.id), query.sort, last.value)
            if len(rows) < step:
                break
            walked += step
            step = min(step * 2, LAST_WALK)
        return kept[:wanted]

    def _that_have(self, words: str, rows: Sequence[Chosen]) -> set[int]:
        """Which of these calls have the words."""
        times = [row.started_at for row in rows]
        found = self._asking.connection.execute(
            _THAT_HAVE, (bigints(row.seq for row in rows), min(times), max(times), words)
        )
        return {seq for (seq,) in found}

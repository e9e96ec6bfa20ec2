"""Which calls a page shows, by number, in its order; only those are then read whole."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from sereno.calls import id_text
from sereno.store.base import CallQuery, Cursor
from sereno.store.sql import filters
from sereno.store.sql.dialect import Asking
from sereno.store.sql.filters import Source
from sereno.store.sql.ordering import ALWAYS_KNOWN, FIGURES, Order, checked_cursor, order_of
from sereno.store.sqlite import search
from sereno.store.sqlite.plan import Plan, along, part_range, parts, plan

FIRST_WALK, LAST_WALK = 1000, 20_000
"""Calls looked at together while walking for frequent words; grows while little is found."""
LOWEST = -1e18
"""Below every figure; comparing with it leaves the unknown out, and lets the index be entered behind them."""
_SEARCHED = Plan("", few=True)
"""A search with few hits drives the query itself."""


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
        self._connection = asking.connection

    def choose(self, query: CallQuery, limit: int) -> list[int]:
        """Numbers of the calls after the query's cursor and offset, at most `limit`."""
        cursor = checked_cursor(query)
        found = self._source(query)
        way = _SEARCHED if found.ordered_by_hits else plan(self._asking, query)
        wanted = query.offset + limit
        if found.words is None:
            rows = self._ranked(query, way, cursor, wanted)
        else:
            rows = self._with_words(query, way, cursor, wanted, found.words)
        return [row.seq for row in rows[query.offset :]]

    def _source(self, query: CallQuery) -> Source:
        return filters.source(self._asking, query)

    def _ranked(self, query: CallQuery, way: Plan, cursor: Cursor | None, wanted: int) -> list[Chosen]:
        """The first calls after a cursor."""
        order = order_of(query)
        if order.figure is None:
            return self._sorted(query, way, order, cursor, wanted)
        rows: list[Chosen] = []
        if cursor is None or cursor.value is not None:
            rows = self._by_figure(query, way, order, cursor, wanted)
            cursor = None
        if len(rows) < wanted and query.sort not in ALWAYS_KNOWN:
            rows += self._unknown(query, way, order, cursor, wanted - len(rows))
        return rows

    def _sorted(
        self, query: CallQuery, way: Plan, order: Order, cursor: Cursor | None, wanted: int, more: str = ""
    ) -> list[Chosen]:
        """Rows by one statement: in the order of an index, or few enough to be sorted."""
        found = self._source(query)
        way.guide(found)
        if cursor is not None:
            order.after(found, cursor)
        return self._rows(found, order, more, (), wanted)

    def _by_figure(self, query: CallQuery, way: Plan, order: Order, cursor: Cursor | None, wanted: int) -> list[Chosen]:
        """Rows with a known figure, the largest or smallest first.

        Every quarter of a day is asked only for what is better than the worst so far, from the end on whose ties come
        first, so most of them answer nothing at once.
        """
        if way.few:
            return self._sorted(query, way, order, cursor, wanted, f" AND c.{order.figure} IS NOT NULL")
        best: list[Chosen] = []
        better, bounds = ">=", [LOWEST]  # one bound a side: SQLite enters an index by a single one
        for part, found in self._parts(query, order, cursor):
            more = f" AND c.part = ? AND c.{order.figure} {better} ?"
            rows = self._rows(found, order, more, (part, *bounds), wanted)
            if rows:
                best = sorted(best + rows, key=lambda row: row[1:], reverse=order.descending)[:wanted]
            if len(best) == wanted:
                worst = best[-1].value or 0.0
                better, bounds = (
                    (">", [worst]) if order.descending else (f">= ? AND c.{order.figure} <", [LOWEST, worst])
                )
        return best

    def _unknown(self, query: CallQuery, way: Plan, order: Order, cursor: Cursor | None, wanted: int) -> list[Chosen]:
        """Rows whose figure is unknown, by start."""
        by_start = Order(None, order.descending)
        unknown = f" AND c.{order.figure} IS NULL"
        if way.few:
            return self._sorted(query, way, by_start, cursor, wanted, unknown)
        out: list[Chosen] = []
        for part, found in self._parts(query, by_start, cursor, FIGURES[query.sort][1]):
            out += self._rows(found, by_start, f"{unknown} AND c.part = ?", (part,), wanted - len(out))
            if len(out) == wanted:
                break
        return out

    def _parts(
        self, query: CallQuery, order: Order, cursor: Cursor | None, index: str | None = None
    ) -> list[tuple[int, Source]]:
        """Each quarter of a day in the question's time, with its rows: time is looked at only in the outer ones."""
        outer = self._source(query)
        inner = self._source(msgspec.structs.replace(query, start=None, end=None))
        for found in (outer, inner):
            found.using(along(index or FIGURES[query.sort][1]))
            if cursor is not None:
                order.after(found, cursor)
        edges = part_range(query)
        there = parts(self._connection, query)
        if order.descending:
            there.reverse()
        return [(part, outer if part in edges else inner) for part in there]

    def _rows(self, found: Source, order: Order, more: str, values: Sequence[float], limit: int) -> list[Chosen]:
        figure = f"c.{order.figure}" if order.figure else "NULL"
        sql = f"SELECT c.seq, {figure}, c.started_at, c.id {found.sql}{more} {order.sql} LIMIT ?"
        return [Chosen(*row) for row in self._connection.execute(sql, [*found.values, *values, limit])]

    def _with_words(self, query: CallQuery, way: Plan, cursor: Cursor | None, wanted: int, words: str) -> list[Chosen]:
        """Rows with frequent words: walk the calls in order and keep those that the index of words names."""
        kept: list[Chosen] = []
        step = FIRST_WALK
        while len(kept) < wanted:
            rows = self._ranked(query, way, cursor, step)
            if rows:
                present = self._that_have(words, rows)
                kept.extend(row for row in rows if row.seq in present)
                last = rows[-1]
                cursor = Cursor(last.started_at, id_text(last.id), query.sort, last.value)
            if len(rows) < step:
                break
            step = min(step * 2, LAST_WALK)
        return kept[:wanted]

    def _that_have(self, words: str, rows: Sequence[Chosen]) -> set[int]:
        """Which of these calls have the words; asks only their weeks and the range they span."""
        first, last = (search.week_of(end(row.started_at for row in rows)) for end in (min, max))
        low, high = min(row.seq for row in rows), max(row.seq for row in rows)
        present: set[int] = set()
        for start, name in search.tables(self._connection):
            if first <= start <= last:
                found = self._connection.execute(
                    f"SELECT rowid FROM {name} WHERE {name} MATCH ? AND rowid BETWEEN ? AND ?", (words, low, high)
                )
                present.update(row[0] for row in found)
        return present

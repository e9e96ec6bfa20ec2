"""Sums by dimension and interval: from roll-ups where they cover the question, the rest by looking at calls.

A question within the dimensions of a roll-up is answered from its longest cells (days, then hours, then minutes); what
sticks out at either end of the time range, less than the shortest cell, is counted from the calls themselves, so the
answer is exact to the instant as long as those calls are kept.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from math import ceil, floor
from typing import Any

import msgspec
import numpy as np

from sereno.metrics.rollups import DAY, FIGURES, ROLLUPS, Rollup
from sereno.metrics.slots import LATENCY, TPOT, TTFT
from sereno.store.base import CallQuery, Dimension, Group
from sereno.store.sqlite import filters
from sereno.store.sqlite.buckets import Buckets, buckets, cover
from sereno.store.sqlite.columns import OPERATION_CODE, OPERATIONS, STATUS_CODE, STATUSES
from sereno.store.sqlite.filters import Source
from sereno.store.sqlite.names import Names
from sereno.store.sqlite.plan import FEW, plan
from sereno.store.sqlite.tally import Key, Tally

_PAGING = {"limit", "offset", "cursor", "newest_first", "sort", "start", "end", "internal"}
_FAR = 10_000_000 * DAY
"""Beyond every time there is, on the border of every cell."""
_SCANNED = (
    "count(*), sum(c.status = 0), sum(c.status = 1), sum(c.status = 2), sum(c.input_tokens), count(c.input_tokens),"
    " sum(c.cached_input_tokens), sum(c.output_tokens), count(c.output_tokens),"
    " sum(CAST(round(c.cost_usd * 1e9) AS INTEGER)), count(c.cost_usd),"
    " sum(CASE WHEN c.output_tokens IS NOT NULL THEN CAST(round(c.eval * 1e9) AS INTEGER) END),"
    " sum(CASE WHEN c.eval IS NOT NULL THEN c.output_tokens END), sum(c.tool_calls),"
    " sum(c.cost_usd IS NULL AND c.tokens IS NOT NULL),"
    " sum(CAST(round(c.total * 1e9) AS INTEGER)), sum(CAST(round(c.ttft * 1e9) AS INTEGER)),"
    " sum(CAST(round(c.tpot * 1e9) AS INTEGER))"
)
"""The figures of `Tally` over the calls of a group."""
_KEPT = ", ".join(f"sum({name})" for name in FIGURES)
_MANY_CELLS = 1000
"""Up to so many cells are looked up one by one for a single value of the first dimension; beyond, all are read."""
_EACH = "at IN (WITH RECURSIVE t(n) AS (SELECT ? UNION ALL SELECT n + ? FROM t WHERE n + ? < ?) SELECT n FROM t)"


class Aggregation:
    """One question, answered over one connection."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        names: Names,
        sessions: Names,
        query: CallQuery,
        by: Sequence[Dimension],
        cut: Buckets,
        *,
        histograms: bool,
    ) -> None:
        self._connection = connection
        self._names = names
        self._sessions = sessions
        self._query = query
        self._by = by
        self._cut = cut
        self._histograms = histograms
        self._groups: dict[Key, Tally] = {}

    def answer(self) -> list[Group]:
        """The groups, by time, then key."""
        covering = self._covering()
        if covering is None:
            self._scan(self._query.start, self._query.end)
        else:
            self._from_cells(*covering)
        if not self._by and self._cut.seconds is None and not self._groups:
            self._groups[None,] = Tally()
        groups = [
            Group(
                self._texts(key[1:]),
                None if key[0] is None else float(key[0]),
                tally.totals(histograms=self._histograms),
            )
            for key, tally in self._groups.items()
        ]
        return sorted(groups, key=lambda group: (group.at or 0.0, [(v is not None, v or "") for v in group.key]))

    def _covering(self) -> tuple[Rollup, tuple[int, ...]] | None:
        """The roll-up that has every dimension asked for, and its cells that lie in the intervals, longest first."""
        query = self._query
        if query.internal is not False or query.operation == "other" or (self._cut.seconds and not self._cut.cell):
            return None
        used = {
            name for name in query.__struct_fields__ if name not in _PAGING and getattr(query, name) not in (None, "")
        } | set(self._by)
        for rollup in ROLLUPS:
            levels = tuple(level for level in reversed(rollup.levels) if self._cut.cell % level == 0)
            if levels and used <= set(rollup.dimensions):
                return rollup, levels
        return None

    def _from_cells(self, rollup: Rollup, levels: tuple[int, ...]) -> None:
        """Whole cells, and the calls at either end."""
        start, end, shortest = self._query.start, self._query.end, levels[-1]
        first = -_FAR if start is None else ceil(start / shortest) * shortest
        last = _FAR if end is None else floor(end / shortest) * shortest
        if first >= last:
            self._scan(start, end)
            return
        if start is not None and start < first:
            self._scan(start, first)
        for seconds, since, until in cover(first, last, levels):
            self._cells(rollup, seconds, since, until)
        if end is not None and last < end:
            self._scan(last, end)

    def _cells(self, rollup: Rollup, seconds: int, since: int, until: int) -> None:
        """Add the cells of one length in one stretch of time."""
        filters_of = self._filters(rollup)
        bounds = f"SELECT {{}}(at) FROM {rollup.name} WHERE seconds = ?"
        (oldest,), (newest,) = (
            self._connection.execute(bounds.format(f), [seconds]).fetchone() for f in ("min", "max")
        )
        if oldest is None:
            return
        since, until = max(since, oldest), min(until, newest + seconds)
        alone = rollup.dimensions[0] in filters_of and (until - since) // seconds <= _MANY_CELLS
        time, values = (_EACH, [since, seconds, seconds, until]) if alone else ("at >= ? AND at < ?", [since, until])
        conditions = ["seconds = ?", time, *(f"{dimension} = ?" for dimension in filters_of)]
        figures = _KEPT + (", sereno_join(slots)" if self._histograms else "")
        keys = ", ".join([self._cut.expression("at"), *self._by])
        rows = self._connection.execute(
            f"SELECT {keys}, {figures} FROM {rollup.name} WHERE {' AND '.join(conditions)}{self._grouping()}",
            [seconds, *values, *filters_of.values()],
        )
        width = 1 + len(self._by)
        for row in rows:
            if row[width] is None:  # without groups, a sum over nothing
                continue
            tally = self._tally(row[:width])
            if self._histograms:
                tally.add(row[width:-1])
                tally.add_slots(row[-1])
            else:
                tally.add(row[width:])

    def _filters(self, rollup: Rollup) -> dict[str, int]:
        """Column → number, for what narrows the question."""
        found = {}
        for dimension in rollup.dimensions:
            value = getattr(self._query, dimension, None)
            if value is not None:
                codes = {"operation": OPERATION_CODE, "status": STATUS_CODE}.get(dimension)
                found[dimension] = codes[value] if codes else self._names.find(self._connection, value)  # type: ignore[index]  # each code by its own names
        return found

    def _scan(self, start: float | None, end: float | None) -> None:
        """Add the calls that ended in a stretch of time."""
        query = msgspec.structs.replace(self._query, start=start, end=end)
        found = filters.source(self._connection, self._names, self._sessions, query, "ended_at", llm_only=True)
        self._guide(found, query)
        filters.require_words(self._connection, found)
        dimensions = [d if d in {"operation", "status"} else f"ifnull(c.{d}, 0)" for d in self._by]
        keys = ", ".join([self._cut.expression("c.ended_at"), *dimensions])
        width = 1 + len(self._by)
        for row in self._connection.execute(f"SELECT {keys}, {_SCANNED} {found.sql}{self._grouping()}", found.values):
            if row[width]:
                self._tally(row[:width]).add(row[width:])
        if not self._histograms:
            return
        columns: dict[Key, list[tuple[Any, ...]]] = {}
        for row in self._connection.execute(f"SELECT {keys}, c.total, c.ttft, c.tpot {found.sql}", found.values):
            columns.setdefault(row[:width], []).append(row[width:])
        for key, rows in columns.items():
            tally = self._tally(key)
            for where, column in zip((LATENCY, TTFT, TPOT), np.array(rows, dtype=np.float64).T, strict=True):
                tally.add_values(where, column[~np.isnan(column)])

    def _guide(self, found: Source, query: CallQuery) -> None:
        """Choose the index: of times for a short stretch, else that of the narrowest filter."""
        if query.start is not None and query.end is not None:
            ended = "SELECT 1 FROM calls WHERE ended_at >= ? AND ended_at < ? LIMIT ?"
            values = (query.start, query.end, FEW + 1)
            if self._connection.execute(f"SELECT count(*) FROM ({ended})", values).fetchone()[0] <= FEW:
                found.using("calls_ended")
                return
        without = msgspec.structs.replace(query, start=None, end=None)
        way = plan(self._connection, self._names, self._sessions, without)
        if way.along != "calls_started" and not found.ordered_by_hits:
            way.guide(found)

    def _grouping(self) -> str:
        wanted = range(1, 2 + len(self._by)) if self._cut.seconds is not None else range(2, 2 + len(self._by))
        return f" GROUP BY {', '.join(map(str, wanted))}" if wanted else ""

    def _tally(self, key: Key) -> Tally:
        placed = (self._cut.place(key[0]), *key[1:])
        tally = self._groups.get(placed)
        if tally is None:
            tally = self._groups[placed] = Tally()
        return tally

    def _texts(self, numbers: Sequence[int | None]) -> tuple[str | None, ...]:
        return tuple(self._text(dimension, number) for dimension, number in zip(self._by, numbers, strict=True))

    def _text(self, dimension: Dimension, number: int | None) -> str | None:
        if dimension == "operation":
            return OPERATIONS[number or 0]
        if dimension == "status":
            return STATUSES[number or 0]
        table = self._sessions if dimension == "session" else self._names
        return table.text(self._connection, number)


def aggregate(
    connection: sqlite3.Connection,
    names: Names,
    sessions: Names,
    query: CallQuery,
    by: Sequence[Dimension],
    interval: float | None,
    tz: str,
    *,
    histograms: bool,
) -> list[Group]:
    """Sums by dimension and interval; see `Store.aggregate`."""
    return Aggregation(connection, names, sessions, query, by, buckets(interval, tz), histograms=histograms).answer()

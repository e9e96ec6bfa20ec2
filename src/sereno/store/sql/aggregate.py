"""Sums by dimension and interval: from roll-ups where they cover the question, the rest by looking at calls.

Which of both, `covering` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sereno.metrics.rollups import FIGURES, Rollup
from sereno.metrics.slots import LATENCY, TPOT, TTFT
from sereno.store.base import CallQuery, Dimension, Group
from sereno.store.sql.buckets import Buckets, buckets
from sereno.store.sql.columns import OPERATIONS, STATUSES
from sereno.store.sql.covering import Sums, covering
from sereno.store.sql.dialect import Asking
from sereno.store.sql.tally import Key, Tally

_SCANNED = (
    "count(*), count(*) FILTER (WHERE c.status = 0), count(*) FILTER (WHERE c.status = 1),"
    " count(*) FILTER (WHERE c.status = 2), sum(c.input_tokens), count(c.input_tokens),"
    " sum(c.cached_input_tokens), sum(c.output_tokens), count(c.output_tokens),"
    " sum(CAST(round(c.cost_usd * 1e9) AS BIGINT)), count(c.cost_usd),"
    " sum(CASE WHEN c.output_tokens IS NOT NULL THEN CAST(round(c.eval * 1e9) AS BIGINT) END),"
    " sum(CASE WHEN c.eval IS NOT NULL THEN c.output_tokens END), sum(c.tool_calls),"
    " count(*) FILTER (WHERE c.cost_usd IS NULL AND c.tokens IS NOT NULL),"
    " sum(CAST(round(c.energy_joules * 1e6) AS BIGINT)), count(c.energy_joules),"
    " sum(CASE WHEN c.energy_joules IS NOT NULL THEN c.output_tokens END),"
    " sum(CAST(round(c.total * 1e9) AS BIGINT)), sum(CAST(round(c.ttft * 1e9) AS BIGINT)),"
    " sum(CAST(round(c.tpot * 1e9) AS BIGINT))"
)
"""The figures of `Tally` over the calls of a group."""
_KEPT = ", ".join(f"sum(r.{name})" for name in FIGURES)


class Aggregation:
    """One question, answered over one connection."""

    def __init__(
        self,
        asking: Asking,
        query: CallQuery,
        by: Sequence[Dimension],
        cut: Buckets,
        *,
        histograms: bool,
    ) -> None:
        self._asking = asking
        self._connection = asking.connection
        self._query = query
        self._sums = Sums(asking, query)
        self._by = by
        self._cut = cut
        self._histograms = histograms
        self._groups: dict[Key, Tally] = {}

    def answer(self) -> list[Group]:
        """The groups, by time, then key."""
        rollup, cells, scans = covering(self._query, self._by, self._cut)
        if rollup is not None:
            for stretch in cells:
                minutes, calls = self._sums.without_borders(rollup, stretch, self._cut.borders)
                self._cells(rollup, self._sums.cells(rollup, *stretch, without=self._cut.borders))
                self._cells(rollup, minutes)
                scans += calls
        for start, end in scans:
            self._scan(start, end)
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

    def _cells(self, rollup: Rollup, found: tuple[str, list[Any]] | None) -> None:
        """Add the cells that `Sums` found."""
        if found is None:
            return
        sql, values = found
        figures = _KEPT + (f", {self._asking.dialect.joined}" if self._histograms else "")
        at, grouping = self._cut.expression("r.at"), self._grouping()
        if not self._histograms and self._cut.seconds and tuple(self._by) == rollup.dimensions[: len(self._by)]:
            # As the cells lie, so that nothing needs to be sorted; joining histograms costs more than sorting them.
            at, grouping = "r.at", f" GROUP BY {', '.join(f'r.{d}' for d in ('at', *self._by))}"
        keys = ", ".join([at, *(f"r.{dimension}" for dimension in self._by)])
        width = 1 + len(self._by)
        for row in self._connection.execute(f"SELECT {keys}, {figures} {sql}{grouping}", values):
            if row[width] is None:  # without groups, a sum over nothing
                continue
            tally = self._tally(row[:width])
            if self._histograms:
                tally.add(row[width:-1])
                tally.add_slots(row[-1])
            else:
                tally.add(row[width:])

    def _scan(self, start: float | None, end: float | None) -> None:
        """Add the calls that ended in a stretch of time."""
        found = self._sums.calls(start, end)
        dimensions = [d if d in {"operation", "status"} else f"coalesce(c.{d}, 0)" for d in self._by]
        keys = ", ".join([self._cut.expression(self._asking.dialect.whole("c.ended_at")), *dimensions])
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

    def _grouping(self) -> str:
        wanted = range(1, 2 + len(self._by)) if self._cut.seconds is not None else range(2, 2 + len(self._by))
        return f" GROUP BY {', '.join(map(str, wanted))}" if wanted else ""

    def _tally(self, key: Key) -> Tally:
        at = key[0]
        if at is not None and self._cut.seconds is not None and self._cut.start_of is None:
            at = at // self._cut.seconds * self._cut.seconds
        placed = (self._cut.place(at), *key[1:])
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
        table = self._asking.sessions if dimension == "session" else self._asking.names
        return table.text(self._connection, number)


def aggregate(
    asking: Asking,
    query: CallQuery,
    by: Sequence[Dimension],
    interval: float | None,
    tz: str,
    *,
    histograms: bool,
) -> list[Group]:
    """Sums by dimension and interval; see `Store.aggregate`."""
    return Aggregation(asking, query, by, buckets(interval, tz), histograms=histograms).answer()

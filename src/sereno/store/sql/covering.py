"""What answers a sum over time: the fewest whole cells of a roll-up, and the calls themselves at either end.

A question within the dimensions of a roll-up is answered from its longest cells; what sticks out of the time range at
either end, less than its shortest cell, is counted from the calls, so the answer is exact to the instant as long as
those calls are kept.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterable
from math import ceil, floor
from typing import Any, NamedTuple

import msgspec

from sereno.metrics.rollups import DAY, HOUR, MINUTE, ROLLUPS, Rollup
from sereno.store.base import CallQuery
from sereno.store.sql import filters
from sereno.store.sql.buckets import Buckets, cover
from sereno.store.sql.columns import OPERATION_CODE, STATUS_CODE
from sereno.store.sql.dialect import Asking
from sereno.store.sql.filters import Source

PAGING = {"limit", "offset", "cursor", "newest_first", "sort"}
"""Fields of a query that narrow nothing."""
_FAR = 10_000_000 * DAY
"""Beyond every time there is, on the border of every cell."""
SLACK = 1.0
"""Seconds for the rounding of an end that is a start and a duration."""
_MANY_CELLS = 1000
"""Up to so many cells are looked up one by one for a single value of the first dimension; beyond, all are read."""


class Covering(NamedTuple):
    """Where an answer comes from.

    Attributes:
        rollup: whose cells, None where none has the dimensions: then all is scanned.
        cells: (length, from, to) of each stretch of cells.
        scans: (from, to) of each stretch of calls by their end; None without a bound.
    """

    rollup: Rollup | None
    cells: list[tuple[int, int, int]]
    scans: list[tuple[float | None, float | None]]


def narrowed_by(query: CallQuery) -> set[str]:
    """The fields that narrow a question, times apart."""
    return {
        name
        for name in query.__struct_fields__
        if name not in PAGING
        and name not in {"start", "end", "internal", "llm"}
        and getattr(query, name) not in (None, None if name in filters.NONE_ASKED else "")
    }


def covering(query: CallQuery, by: Iterable[str], cut: Buckets) -> Covering:
    """The cells and calls that add up to an answer.

    Args:
        query: the question; its times bound the end of a call.
        by: the dimensions it is grouped by.
        cut: how time is cut.
    """
    start, end = query.start, query.end
    whole = Covering(None, [], [(start, end)])
    if query.internal is not False or query.operation == "other" or (cut.seconds and not cut.cell):
        return whole
    used = narrowed_by(query) | set(by)
    for rollup in ROLLUPS:
        levels = tuple(level for level in reversed(rollup.levels) if cut.cell % level == 0)
        if levels and used <= set(rollup.dimensions):
            break
    else:
        return whole
    first = -_FAR if start is None else ceil(start / levels[-1]) * levels[-1]
    last = _FAR if end is None else floor(end / levels[-1]) * levels[-1]
    if first >= last:
        return whole
    scans: list[tuple[float | None, float | None]] = []
    if start is not None and start < first:
        scans.append((start, float(first)))
    if end is not None and last < end:
        scans.append((float(last), end))
    return Covering(rollup, cover(first, last, levels), scans)


class Sums:
    """What the parts of a covering are read from, over one connection."""

    def __init__(self, asking: Asking, query: CallQuery) -> None:
        self._asking = asking
        self._connection = asking.connection
        self._query = query
        self._ends: dict[tuple[str, int], tuple[Any, Any]] = {}

    def without_borders(
        self, rollup: Rollup, stretch: tuple[int, int, int], borders: frozenset[int]
    ) -> tuple[tuple[str, list[Any]] | None, list[tuple[float | None, float | None]]]:
        """What stands for those hours of a stretch in which an interval may begin: their minutes, else their calls.

        Args:
            rollup: whose cells they are.
            stretch: as in `Covering.cells`.
            borders: hours of the day, as in `Buckets`.

        Returns:
            What `cells` has for the minutes; stretches of calls, as in `Covering.scans`.
        """
        length, since, until = stretch
        if length < HOUR or not borders:
            return None, []
        oldest, newest = self._bounds(rollup, length)
        if oldest is None:
            return None, []
        days = range(max(since, oldest) // DAY * DAY, min(until, newest + length), DAY)
        hours = sorted(day + hour for day in days for hour in borders)
        inside = [hour for hour in hours if max(since, oldest) <= hour < min(until, newest + length)]
        if inside and rollup.levels[0] == MINUTE:
            minutes = [hour + minute for hour in inside for minute in range(0, HOUR, MINUTE)]
            return self._from(rollup, MINUTE, *self._asking.dialect.these_cells(minutes)), []
        return None, [(float(hour), float(hour + HOUR)) for hour in inside]

    def cells(
        self,
        rollup: Rollup,
        seconds: int,
        since: int,
        until: int,
        *,
        listed: bool = False,
        without: frozenset[int] = frozenset(),
    ) -> tuple[str, list[Any]] | None:
        """`FROM … WHERE …` of the cells in a stretch (alias r), and its parameters; None where there are no cells.

        `listed` says that the caller narrows the first dimension to a list. Cells that begin at an hour of the day in
        `without` are left out.
        """
        oldest, newest = self._bounds(rollup, seconds)
        if oldest is None:
            return None
        since, until = max(since, oldest), min(until, newest + seconds)
        if since >= until:
            return None
        alone = (listed or rollup.dimensions[0] in self._narrowed(rollup)) and (until - since) // seconds <= _MANY_CELLS
        each = self._asking.dialect.each_cell
        time, values = each(since, until, seconds) if alone else ("r.at >= ? AND r.at < ?", [since, until])
        if without and seconds == HOUR:
            time += f" AND (r.at % {DAY} + {DAY}) % {DAY} NOT IN ({', '.join(map(str, sorted(without)))})"
        return self._from(rollup, seconds, time, values)

    def calls(self, start: float | None, end: float | None) -> Source:
        """The calls that ended in a stretch of time."""
        query = msgspec.structs.replace(self._query, start=start, end=end)
        found = filters.source(self._asking, query, "ended_at", llm_only=True)
        if start is not None:  # what indexes by start can use: no call was longer than the longest
            longest = self._connection.execute("SELECT longest FROM state").fetchone()[0]
            found.require("c.started_at >= ?", start - longest - SLACK)
        if end is not None:
            found.require("c.started_at < ?", end)
        if not found.ordered_by_hits and not found.impossible:
            self._asking.dialect.guide_by_end(self._asking, found, query)
        self._asking.dialect.require_words(self._asking, found)
        return found

    def _from(self, rollup: Rollup, seconds: int, time: str, values: list[Any]) -> tuple[str, list[Any]]:
        """`FROM … WHERE …` of the cells of one length under a condition on their start."""
        narrowed = self._narrowed(rollup)
        conditions = ["r.seconds = ?", time, *(f"r.{dimension} = ?" for dimension in narrowed)]
        return f"FROM {rollup.name} r WHERE {' AND '.join(conditions)}", [seconds, *values, *narrowed.values()]

    def _bounds(self, rollup: Rollup, seconds: int) -> tuple[Any, Any]:
        """Start of the oldest and the newest cell of one length, None where there is none."""
        found = self._ends.get((rollup.name, seconds))
        if found is None:
            sql = f"SELECT {{}}(at) FROM {rollup.name} WHERE seconds = ?"
            oldest, newest = (self._connection.execute(sql.format(f), [seconds]).fetchone()[0] for f in ("min", "max"))
            found = self._ends[rollup.name, seconds] = oldest, newest
        return found

    def _narrowed(self, rollup: Rollup) -> dict[str, int]:
        """Column → number, for what narrows the question."""
        found = {}
        codes: dict[str, dict[Any, int]] = {"operation": OPERATION_CODE, "status": STATUS_CODE}
        for dimension in rollup.dimensions:
            value = getattr(self._query, dimension, None)
            if value == "" and dimension in filters.NONE_ASKED:
                found[dimension] = 0
            elif value is not None:
                coded = codes.get(dimension)
                found[dimension] = coded[value] if coded else self._asking.names.find(self._connection, value)
        return found

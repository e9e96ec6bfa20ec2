"""Calls by any dimension: what each group adds up to, and how that went over time."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.aggregations import IntervalFigures, interval_figures
from sereno.query.figures import Figures, figures
from sereno.query.intervals import choose, floor, starts
from sereno.store.base import CallQuery, Dimension, Group, Store, Totals


class GroupFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One group.

    Attributes:
        value: what its calls have in the dimension; null stands for calls without it.
        messages_by_time: every interval from the first with a call of any group; empty unless asked for.
    """

    value: str | None
    figures: Figures
    messages_by_time: list[IntervalFigures]


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """Calls by one dimension, most calls first.

    Attributes:
        others: how many groups were left out.
        interval, tz: of `messages_by_time`; the interval is null where none was asked for.
    """

    by: str
    interval: str | None
    tz: str
    groups: list[GroupFigures]
    others: int


def grouped(
    store: Store, query: CallQuery, by: Dimension, limit: int, interval: str | None, tz: str, now: float
) -> Grouped:
    """Ask the store and shape the answer.

    Args:
        store: where the calls are.
        query: which calls; `other` operations are left out unless asked for.
        by: what to group by.
        limit: groups at most.
        interval: name in `INTERVALS`, None for no series.
        tz: time zone in which days begin.
        now: epoch seconds: where the series end when the query sets no end.

    Raises:
        QueryError: the interval is too short for the span.
    """
    found = sorted(store.aggregate(query, (by,)), key=lambda g: (-g.totals.calls, g.key[0] or ""))
    shown = found[:limit]
    series = _series(store, query, by, interval, tz, now, shown) if interval and shown else {}
    return Grouped(
        by=by,
        interval=interval,
        tz=tz,
        groups=[
            GroupFigures(value=g.key[0], figures=figures(g.totals), messages_by_time=series.get(g.key[0], []))
            for g in shown
        ],
        others=len(found) - len(shown),
    )


def _series(
    store: Store, query: CallQuery, by: Dimension, interval: str, tz: str, now: float, shown: list[Group]
) -> dict[str | None, list[IntervalFigures]]:
    seconds = INTERVALS[interval]
    if query.start is not None:  # a span that is too long is refused before the store is asked for it
        choose(interval, (query.end or now) - query.start)
    at: dict[str | None, dict[int, Totals]] = defaultdict(dict)
    for group in store.aggregate(query, (by,), seconds, tz):
        if group.at is not None:
            at[group.key[0]][round(group.at)] = group.totals
    moments = [moment for totals in at.values() for moment in totals]
    if not moments:
        return {}
    first = floor(query.start, seconds, tz) if query.start is not None else float(min(moments))
    end = query.end if query.end is not None else max(now, max(moments) + 1.0)
    choose(interval, end - first)
    every = list(starts(first, end, seconds, tz))
    none = Totals()
    return {g.key[0]: [interval_figures(t, at[g.key[0]].get(round(t), none)) for t in every] for g in shown}

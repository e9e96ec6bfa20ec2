"""The aggregates of a set of calls: totals, by time, model and category, from what the store counted."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.figures import Figures, figures, merged, percentiles, ratio
from sereno.query.intervals import choose, floor, starts
from sereno.query.times import rfc3339_seconds
from sereno.store.base import CallQuery, Group, Store, Totals


class IntervalFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One interval; without calls its counts are 0 and its rates null."""

    time: str
    messages: int
    success: int
    error: int
    aborted: int
    error_rate: float | None
    input_tokens: int
    output_tokens: int
    cost: float
    latency_p50: float | None
    latency_p95: float | None
    ttft_p95: float | None


class CategoryFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One category; null stands for calls without one."""

    category: str | None
    messages: int
    error: int
    input_tokens: int
    output_tokens: int
    cost: float | None


class ModelFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One model; null stands for calls that named none."""

    model: str | None
    figures: Figures


class Aggregations(Figures, frozen=True, kw_only=True):
    """All figures of a set of calls.

    Attributes:
        unique_users: different users among them; calls without a user add none.
        interval, tz: of `messages_by_time`. start, end: of its first and last interval, null when it is empty.
    """

    unique_users: int
    interval: str
    tz: str
    start: str | None
    end: str | None
    messages_by_time: list[IntervalFigures]
    messages_by_category: list[CategoryFigures]
    messages_by_model: list[ModelFigures]


def aggregations(
    store: Store, query: CallQuery, interval: str | None, tz: str, now: float, *, users: int | None = None
) -> Aggregations:
    """Ask the store and shape the answer.

    Args:
        store: where the calls are.
        query: which calls; `other` operations are left out unless asked for.
        interval: name in `INTERVALS`, None to choose.
        tz: time zone in which days begin.
        now: epoch seconds: where the series ends when the query sets no end.
        users: how many different users the calls have, where that is known already; None to ask.

    Raises:
        QueryError: the interval is too short for the span.
    """
    by_model = store.aggregate(query, ("model",))
    by_category = store.aggregate(query, ("category",), histograms=False)
    name, series = _by_time(store, query, interval, tz, now, empty=not by_model)
    total = figures(merged(g.totals for g in by_model))
    return Aggregations(
        **{field: getattr(total, field) for field in Figures.__struct_fields__},
        unique_users=store.unique_users(query) if users is None else users,
        interval=name,
        tz=tz,
        start=series[0].time if series else None,
        end=series[-1].time if series else None,
        messages_by_time=series,
        messages_by_category=[_category(g) for g in _most_first(by_category)],
        messages_by_model=[ModelFigures(model=g.key[0], figures=figures(g.totals)) for g in _most_first(by_model)],
    )


def _most_first(groups: Sequence[Group]) -> list[Group]:
    return sorted(groups, key=lambda g: (-g.totals.calls, g.key[0] or ""))


def _by_time(
    store: Store, query: CallQuery, interval: str | None, tz: str, now: float, *, empty: bool
) -> tuple[str, list[IntervalFigures]]:
    # Without bounds the series spans the calls there are: first by days, which are few, then by what fits.
    first, end = query.start, query.end
    if (first is None or end is None) and not empty:
        days = store.aggregate(query, (), INTERVALS["1d"], "UTC", histograms=False)
        found = [g.at for g in days if g.at is not None]
        if found:
            first = min(found) if first is None else first
            end = max(now, max(found) + 1.0) if end is None else end
    if first is None or end is None or first >= end:
        return choose(interval, 0.0), []
    name = choose(interval, end - first)
    seconds = INTERVALS[name]
    groups = store.aggregate(query, (), seconds, tz)
    at = {round(g.at): g.totals for g in groups if g.at is not None}
    if query.start is None and at:
        first = float(min(at))
    first = floor(first, seconds, tz)
    none = Totals()
    return name, [interval_figures(start, at.get(round(start), none)) for start in starts(first, end, seconds, tz)]


def interval_figures(start: float, t: Totals) -> IntervalFigures:
    """What the calls that ended in an interval add up to."""
    latency, ttft = percentiles(t.latency), percentiles(t.ttft)
    return IntervalFigures(
        time=rfc3339_seconds(start),
        messages=t.calls,
        success=t.success,
        error=t.error,
        aborted=t.aborted,
        error_rate=ratio(t.error, t.success + t.error),
        input_tokens=t.input_tokens,
        output_tokens=t.output_tokens,
        cost=t.cost_usd,
        latency_p50=latency.p50,
        latency_p95=latency.p95,
        ttft_p95=ttft.p95,
    )


def _category(group: Group) -> CategoryFigures:
    t = group.totals
    shaped = figures(t)
    return CategoryFigures(
        category=group.key[0],
        messages=t.calls,
        error=t.error,
        input_tokens=t.input_tokens,
        output_tokens=t.output_tokens,
        cost=shaped.total_cost,
    )

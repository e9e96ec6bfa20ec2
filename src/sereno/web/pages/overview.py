"""The overview: how it is going, what is slow, what fails, what it costs, what runs now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sereno.query.aggregations import CategoryFigures, IntervalFigures, ModelFigures, aggregations
from sereno.query.fields import FILTERS
from sereno.query.figures import Figures, figures, merged
from sereno.query.rows import UserMessage, user_message
from sereno.query.view import OpenCall
from sereno.store.base import CallQuery
from sereno.web.answers import answers
from sereno.web.changes import change
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.ranges import interval_for
from sereno.web.rows import CallRow
from sereno.web.series import links, usual_charts

FIELDS = tuple(f for f in FILTERS if f.name in ("model", "user", "operation", "start_time", "end_time"))
TOP = 6


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What the overview shows; times are epoch seconds or RFC 3339, costs US dollars.

    Attributes:
        start, end: the range.
        figures: of the range. before: of the range of the same length before it.
        by_time: the range by `interval`.
        models, users, categories: with the most calls.
        slowest, errors: the slowest calls of the range and its newest failures.
        last_call_at: start of the newest call of all, None where there is none.
    """

    start: float
    end: float
    interval: str
    figures: Figures
    before: Figures
    unique_users: int
    by_time: list[IntervalFigures]
    models: list[ModelFigures]
    users: list[UserMessage]
    categories: list[CategoryFigures]
    slowest: list[CallRow]
    errors: list[CallRow]
    running: Sequence[OpenCall]
    last_call_at: float | None


def gather(ask: Ask) -> Overview:
    """Ask the store; every figure comes from the same filters."""
    store = ask.view.store
    query = ask.resolved()
    end = query.end if query.end is not None else ask.now
    start = query.start if query.start is not None else end - 86400
    query = msgspec.structs.replace(query, start=start, limit=TOP)
    interval = interval_for(end - start)
    whole = aggregations(store, query, interval, ask.tz, ask.now)
    earlier = msgspec.structs.replace(query, start=max(0.0, start - (end - start)), end=start)
    before = figures(merged(g.totals for g in store.aggregate(earlier, ("status",))))
    newest = store.calls(CallQuery(limit=1)).calls
    return Overview(
        start=start,
        end=end,
        interval=whole.interval,
        figures=Figures(**{name: getattr(whole, name) for name in Figures.__struct_fields__}),
        before=before,
        unique_users=whole.unique_users,
        by_time=whole.messages_by_time,
        models=whole.messages_by_model[:TOP],
        users=[user_message(row) for row in store.users(query)],
        categories=whole.messages_by_category[:TOP],
        slowest=answers(store, msgspec.structs.replace(query, sort="latency")),
        errors=answers(store, msgspec.structs.replace(query, status="error")),
        running=ask.view.running(),
        last_call_at=newest[0].started_at if newest else None,
    )


def shape(content: Overview, look: Look) -> Mapping[str, Any]:
    """Charts, and the changes against the range before."""
    figures, before = content.figures, content.before
    where = links(content.by_time, look.to, content.end)
    return {
        "charts": usual_charts(content.by_time, look.t, look.shown, where),
        "changes": {
            "calls": change(figures.total_messages, before.total_messages, look.shown),
            "errors": change(figures.error_rate, before.error_rate, look.shown, "less"),
            "latency": change(figures.latency.p95, before.latency.p95, look.shown, "less"),
            "ttft": change(figures.ttft.p95, before.ttft.p95, look.shown, "less"),
            "cost": change(figures.total_cost, before.total_cost, look.shown),
        },
        "most": max((m.figures.total_messages for m in content.models), default=0),
    }


def table(content: Overview) -> Table:
    """The range by interval."""
    columns = IntervalFigures.__struct_fields__
    return Table(columns, [[getattr(point, name) for name in columns] for point in content.by_time])


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What runs now, by itself: the overview asks for it every two seconds."""

    running: Sequence[OpenCall]


PAGES = (
    Page(
        name="overview", path="", template="overview.html", section="overview", fields=FIELDS, usual_start="24h",
        gather=gather, shape=shape, table=table,
    ),
    Page(
        name="running", path="/running", template="running.html", section="overview", fields=(),
        gather=lambda ask: Running(running=ask.view.running()),
    ),
)  # fmt: skip

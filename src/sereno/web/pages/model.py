"""One model: how it does, how long it takes, who uses it for what, what it costs and how that is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.errors import QueryError
from sereno.query.aggregations import CategoryFigures, IntervalFigures, aggregations
from sereno.query.fields import FILTERS
from sereno.query.figures import Figures, figures, merged
from sereno.query.models import resolve_model
from sereno.query.problems import not_found
from sereno.store.base import CallQuery
from sereno.web.answers import answers
from sereno.web.changes import change
from sereno.web.distributions import Distribution, counted, distribution
from sereno.web.lifetime import Lifetime, lifetime
from sereno.web.model_rows import Place, places
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.price_sources import PriceSource, price_sources
from sereno.web.ranges import interval_for
from sereno.web.rows import CallRow
from sereno.web.series import links, usual_charts
from sereno.web.span import span_of
from sereno.web.spending import Share, shares

DAY = 86400.0
TOP = 8
FIELDS = tuple(f for f in FILTERS if f.name in ("model", "start_time", "end_time"))


class ModelPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; times are epoch seconds or RFC 3339, durations seconds, costs US dollars.

    Attributes:
        model: canonical name.
        called: whether it ever had a call.
        start, end: the range.
        figures: of the range. before: of the range of the same length before it.
        unpriced: calls with known tokens whose price is unknown.
        by_time: the range by `interval`.
        latency, ttft: distributions over the range.
        lifetime: what is counted since the record began alone.
        users, categories: with the most calls.
        prices: where the prices of its calls came from.
        slowest, errors: the slowest calls of the range, its newest failures.
        places: where it is installed now.
        last_call_at: start of its newest call, null without one.
    """

    model: str
    called: bool
    start: float
    end: float
    interval: str
    figures: Figures
    before: Figures
    unpriced: int
    unique_users: int
    by_time: list[IntervalFigures]
    latency: Distribution
    ttft: Distribution
    lifetime: Lifetime | None
    users: list[Share]
    categories: list[CategoryFigures]
    prices: list[PriceSource]
    slowest: list[CallRow]
    errors: list[CallRow]
    places: tuple[Place, ...]
    last_call_at: float | None


def gather(ask: Ask) -> ModelPage:
    """Ask the store; every figure of the range comes from the same filters.

    Raises:
        QueryError: no model is named.
        Problem: there is no such model.
    """
    store = ask.view.store
    called = store.models()
    installed = places(ask.view.upstreams(), called)
    if ask.query.model is None:
        raise QueryError("model", "`model` is missing.", "the name of a model, as /sereno/models lists them")
    model = resolve_model(ask.query.model, {*called, *installed})
    if model not in called and model not in installed:
        raise not_found(f"No call and no model server names a model {model[:100]!r}; /sereno/models lists them all.")
    span, query = span_of(ask, DAY)
    query = msgspec.structs.replace(query, model=model, limit=TOP)
    users = shares(store.aggregate(query, ("user",), histograms=False))
    named = sum(user.name is not None for user in users)
    whole = aggregations(store, query, interval_for(span.seconds), ask.tz, ask.now, users=named)
    totals = merged(group.totals for group in store.aggregate(query))
    earlier = msgspec.structs.replace(query, start=max(0.0, span.start - span.seconds), end=span.start)
    newest = store.calls(CallQuery(model=model, limit=1)).calls
    return ModelPage(
        model=model,
        called=model in called,
        start=span.start,
        end=span.end,
        interval=whole.interval,
        figures=Figures(**{name: getattr(whole, name) for name in Figures.__struct_fields__}),
        before=figures(merged(group.totals for group in store.aggregate(earlier))),
        unpriced=totals.unpriced,
        unique_users=whole.unique_users,
        by_time=whole.messages_by_time,
        latency=distribution(totals.latency),
        ttft=distribution(totals.ttft),
        lifetime=lifetime(store, model),
        users=sorted(users, key=lambda row: (-row.calls, row.name or ""))[:TOP],
        categories=whole.messages_by_category[:TOP],
        prices=price_sources(store, query, ask.view.settings()),
        slowest=answers(store, msgspec.structs.replace(query, sort="latency")),
        errors=answers(store, msgspec.structs.replace(query, status="error")),
        places=installed.get(model, ()),
        last_call_at=newest[0].started_at if newest else None,
    )


def shape(content: ModelPage, look: Look) -> Mapping[str, Any]:
    """Charts, each leading to its calls; the changes against the range before."""
    t, shown, now, before = look.t, look.shown, content.figures, content.before

    def between(low: float, high: float) -> str:
        return look.to("/calls", model=content.model, min_latency=f"{low:.6f}", max_latency=f"{high:.6f}")

    where = links(content.by_time, look.to, content.end, model=content.model)
    return {
        "charts": {
            **usual_charts(content.by_time, t, shown, where),
            "latency_spread": counted(content.latency, "latency", t, shown, between),
            "ttft_spread": counted(content.ttft, "ttft", t, shown),
        },
        "changes": {
            "calls": change(now.total_messages, before.total_messages, shown),
            "errors": change(now.error_rate, before.error_rate, shown, "less"),
            "latency": change(now.latency.p95, before.latency.p95, shown, "less"),
            "ttft": change(now.ttft.p95, before.ttft.p95, shown, "less"),
            "speed": change(now.tokens_per_second, before.tokens_per_second, shown, "more"),
            "cost": change(now.total_cost, before.total_cost, shown),
        },
        "most_user": max((row.calls for row in content.users), default=0),
    }


def table(content: ModelPage) -> Table:
    """The range by interval."""
    columns = IntervalFigures.__struct_fields__
    return Table(columns, [[getattr(point, name) for name in columns] for point in content.by_time])


PAGES: tuple[Page, ...] = (
    Page(
        name="model", path="/model", template="model.html", section="models", fields=FIELDS, usual_start="24h",
        gather=gather, shape=shape, table=table,
    ),
)  # fmt: skip

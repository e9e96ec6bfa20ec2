"""What it cost: over time by model, by whom, for what, by which price list; what has no price, and how to set one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.fields import FILTERS
from sereno.query.figures import merged
from sereno.query.model_sums import summed
from sereno.query.times import rfc3339_seconds
from sereno.store.base import CallQuery, Group, Store
from sereno.web.changes import change
from sereno.web.cost_chart import cost_chart
from sereno.web.electricity import electricity, per_kwh
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.price_snippet import MOST, price_snippet
from sereno.web.price_sources import PriceSource, told_sources
from sereno.web.projection import DAY, Projection, days_before, month_of, projection
from sereno.web.span import Span, span_of
from sereno.web.spending import Share, Spent, per_million_tokens, shares, spent

MONTH = 30 * DAY
BY_DAY_FROM = 3 * DAY
MOST_BARS = 62
TOP = 10
FIELDS = tuple(f for f in FILTERS if f.name in ("model", "user", "start_time", "end_time"))


class CostPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One model in one interval, which starts at `time` (RFC 3339), `at` in epoch seconds."""

    time: str
    at: float
    model: str | None
    calls: int
    unpriced: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class Unpriced(msgspec.Struct, frozen=True, kw_only=True):
    """Calls of a model with known tokens, but no known price."""

    model: str | None
    calls: int
    input_tokens: int
    output_tokens: int


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; times are epoch seconds, costs US dollars, null where no price is known.

    Attributes:
        start, end: the range.
        interval, times: of `by_time`.
        total: of the range. before: cost of the range of the same length before it.
        cost_per_million_tokens: over the priced calls, input and output together.
        by_time: each interval and model that have calls.
        by_model, by_user, by_category: the dearest first; the first so many.
        users, categories: how many there are of them.
        sources: where the prices came from.
        unpriced: by model, most calls first.
        projection: of the month that runs, null where it cannot be told.
        usd_per_kwh: what electricity costs by the settings, null where they do not say.
        electricity_usd: of the calls of known energy; it is in `total` only where their price is by energy.
        last_call_at: start of the newest call of all, null where there is none.
    """

    start: float
    end: float
    interval: str
    times: tuple[float, ...]
    total: Spent
    before: float | None
    cost_per_million_tokens: float | None
    by_time: list[CostPoint]
    by_model: list[Share]
    by_user: list[Share]
    by_category: list[Share]
    users: int
    categories: int
    sources: list[PriceSource]
    unpriced: list[Unpriced]
    projection: Projection | None
    usd_per_kwh: float | None
    electricity_usd: float | None
    last_call_at: float | None


def gather(ask: Ask) -> Cost:
    """Ask the store for sums; no histogram is needed."""
    store = ask.view.store
    span, query = span_of(msgspec.structs.replace(ask, query=ask.resolved()), MONTH)
    interval = "1d" if span.seconds >= BY_DAY_FROM else span.interval(MOST_BARS)
    by_price = store.aggregate(query, ("model", "cost_source"), histograms=False)
    sums = summed(by_price)
    whole, priced = merged(s.whole for s in sums), merged(s.priced for s in sums)
    by_user = shares(store.aggregate(query, ("user",), histograms=False))
    by_category = shares(store.aggregate(query, ("category",), histograms=False))
    newest = store.calls(CallQuery(limit=1)).calls
    kwh = per_kwh(ask.view.settings())
    return Cost(
        start=span.start,
        end=span.end,
        interval=interval,
        times=span.starts(interval, ask.tz),
        total=spent(whole),
        before=_before(store, query, span),
        cost_per_million_tokens=per_million_tokens(priced),
        by_time=[
            _point(group) for group in store.aggregate(query, ("model",), INTERVALS[interval], ask.tz, histograms=False)
        ],
        by_model=shares([Group((s.model,), None, s.whole) for s in sums]),
        by_user=by_user[:TOP],
        by_category=by_category[:TOP],
        users=len(by_user),
        categories=len(by_category),
        sources=told_sources(_by_source(by_price), ask.view.settings()),
        unpriced=_unpriced(by_price),
        projection=_projection(store, query, ask.now, ask.tz),
        usd_per_kwh=kwh,
        electricity_usd=electricity(spent(whole).energy_joules, kwh),
        last_call_at=newest[0].started_at if newest else None,
    )


def _before(store: Store, query: CallQuery, span: Span) -> float | None:
    earlier = msgspec.structs.replace(query, start=max(0.0, span.start - span.seconds), end=span.start)
    return spent(merged(group.totals for group in store.aggregate(earlier, histograms=False))).cost_usd


def _point(group: Group) -> CostPoint:
    at, totals = group.at or 0.0, spent(group.totals)
    return CostPoint(
        time=rfc3339_seconds(at),
        at=at,
        model=group.key[0],
        calls=totals.calls,
        unpriced=totals.unpriced,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cost_usd=totals.cost_usd,
    )


def _by_source(groups: Sequence[Group]) -> list[Group]:
    sources = dict.fromkeys(group.key[1] for group in groups)
    return [Group((name,), None, merged(g.totals for g in groups if g.key[1] == name)) for name in sources]


def _unpriced(groups: Sequence[Group]) -> list[Unpriced]:
    found = [
        Unpriced(
            model=group.key[0],
            calls=group.totals.unpriced,
            input_tokens=group.totals.input_tokens,
            output_tokens=group.totals.output_tokens,
        )
        for group in groups
        if group.totals.unpriced
    ]
    return sorted(found, key=lambda row: (-row.calls, row.model or ""))


def _projection(store: Store, query: CallQuery, now: float, tz: str) -> Projection | None:
    days = days_before(now, tz)
    asked = msgspec.structs.replace(query, start=days[0], end=now)
    groups = store.aggregate(asked, (), INTERVALS["1d"], tz, histograms=False)
    costs = {round(group.at or 0.0): group.totals.cost_usd for group in groups if group.totals.cost_known}
    return projection(now, month_of(now, tz), [(at, costs.get(round(at))) for at in days])


def shape(content: Cost, look: Look) -> Mapping[str, Any]:
    """The bars, the change against the range before, the settings that would price what has no price."""
    return {
        "chart": cost_chart(content.times, content.end, [(p.at, p.model, p.cost_usd) for p in content.by_time], look),
        "change": change(content.total.cost_usd, content.before, look.shown),
        "snippet": price_snippet([row.model for row in content.unpriced if row.model is not None]),
        "snippet_most": MOST,
    }


def table(content: Cost) -> Table:
    """One row an interval and model."""
    columns = CostPoint.__struct_fields__
    return Table(columns, [[getattr(point, name) for name in columns] for point in content.by_time])


PAGES: tuple[Page, ...] = (
    Page(
        name="cost", path="/cost", template="cost.html", section="cost", fields=FIELDS, usual_start="30d",
        gather=gather, shape=shape, table=table,
    ),
)  # fmt: skip

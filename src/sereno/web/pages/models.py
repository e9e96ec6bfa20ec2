"""The models: what each does, how they compare, which are installed and stand idle."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.fields import FILTERS, Field
from sereno.query.model_sums import model_sums
from sereno.query.quality import known_quality
from sereno.query.scores import DEFINITIONS
from sereno.store.base import CallQuery, Store
from sereno.web.model_rows import ModelRow, Place, model_rows, places
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.pages import compare, model
from sereno.web.radar import AXES, MOST, radar
from sereno.web.span import span_of

DAY = 86400.0
MOST_POINTS = 62
SORTS: Mapping[str, Callable[[ModelRow], float | None]] = {
    "calls": lambda row: row.figures.total_messages,
    "errors": lambda row: row.figures.error_rate,
    "latency": lambda row: row.figures.latency.p95,
    "ttft": lambda row: row.figures.ttft.p95,
    "speed": lambda row: row.figures.tokens_per_second,
    "tokens": lambda row: (row.figures.input_tokens or 0) + (row.figures.output_tokens or 0),
    "cost": lambda row: row.figures.total_cost,
}
"""What the table can be ordered by, largest first; unknown comes last."""
SORT = Field(name="sort", kind="choice", help="Order of the models.", choices=tuple(SORTS), default="calls")
FIELDS = (
    *(f for f in FILTERS if f.name in ("operation", "start_time", "end_time")),
    SORT,
    compare.PICKED,
)


class Idle(msgspec.Struct, frozen=True, kw_only=True):
    """An installed model without a call in the range; `called`: whether it had one before."""

    model: str
    called: bool
    places: tuple[Place, ...]


class Models(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows; times are epoch seconds, costs US dollars.

    Attributes:
        start, end: the range.
        interval, times: of `calls_by_time` of each model.
        models: in the order asked for.
        compared: the names on the radar.
        left_out: names asked for on the radar that have no calls in the range, or are too many.
        score_definitions: what each score means.
        idle: installed, not called in the range.
        last_call_at: start of the newest call of all, null where there is none.
    """

    start: float
    end: float
    interval: str
    times: tuple[float, ...]
    models: list[ModelRow]
    compared: list[str]
    left_out: list[str]
    score_definitions: Mapping[str, str]
    idle: list[Idle]
    last_call_at: float | None


def gather(ask: Ask) -> Models:
    """Ask the store for sums by model, and by model and time."""
    store = ask.view.store
    span, query = span_of(ask, DAY)
    interval = span.interval(MOST_POINTS)
    times = span.starts(interval, ask.tz)
    called = store.models()
    installed = places(ask.view.upstreams(), called)
    quality = known_quality(ask.view.ledger, ask.now)
    rows = model_rows(
        model_sums(store, query), installed, calls_by_time(store, query, interval, ask.tz, times), quality
    )
    named = [row.model for row in rows if row.model is not None]
    picked = ask.values.get(compare.PICKED) or ()
    compared = [name for name in dict.fromkeys(picked) if name in named][:MOST]
    newest = store.calls(CallQuery(limit=1)).calls
    return Models(
        start=span.start,
        end=span.end,
        interval=interval,
        times=times,
        models=ordered(rows, ask.values.get(SORT)),
        compared=compared or named[:MOST],
        left_out=[name for name in dict.fromkeys(picked) if name not in compared],
        score_definitions=DEFINITIONS,
        idle=[
            Idle(model=name, called=name in called, places=found)
            for name, found in sorted(installed.items())
            if name not in named
        ],
        last_call_at=newest[0].started_at if newest else None,
    )


def calls_by_time(
    store: Store, query: CallQuery, interval: str, tz: str, times: Sequence[float]
) -> dict[str | None, tuple[int, ...]]:
    """Calls of each model in each interval."""
    index = {round(at): position for position, at in enumerate(times)}
    found: dict[str | None, list[int]] = {}
    for group in store.aggregate(query, ("model",), INTERVALS[interval], tz, histograms=False):
        position = index.get(round(group.at or 0.0))
        if position is not None:
            found.setdefault(group.key[0], [0] * len(times))[position] = group.totals.calls
    return {name: tuple(values) for name, values in found.items()}


def ordered(rows: list[ModelRow], sort: str) -> list[ModelRow]:
    """Rows with the largest figure first, the unknown ones last."""
    figure = SORTS[sort]
    return sorted(rows, key=lambda row: (figure(row) is None, -(figure(row) or 0.0)))


def shape(content: Models, look: Look) -> Mapping[str, Any]:
    """The radar, and what the table needs."""
    scores = {row.model: row.scores for row in content.models}
    return {
        "radar": radar([(name, scores[name]) for name in content.compared], look.t),
        "axes": AXES,
    }


def table(content: Models) -> Table:
    """One row a model."""
    columns = (
        "model", "calls", "share", "success", "error", "aborted", "error_rate", "latency_p50", "latency_p95",
        "ttft_p95", "tokens_per_second", "input_tokens", "output_tokens", "cost_usd", "cost_per_1000_calls",
        "cost_per_1000_tokens", "unpriced", *(f"score_{axis}" for axis in AXES), "installed_on", "loaded_on",
    )  # fmt: skip
    return Table(columns, [_cells(row) for row in content.models])


def _cells(row: ModelRow) -> list[Any]:
    f = row.figures
    return [
        row.model, f.total_messages, row.share, f.success, f.error, f.aborted, f.error_rate, f.latency.p50,
        f.latency.p95, f.ttft.p95, f.tokens_per_second, f.input_tokens, f.output_tokens, f.total_cost,
        row.cost_per_1000_calls, row.cost_per_1000_tokens, row.unpriced,
        *(getattr(row.scores, axis) for axis in AXES),
        " ".join(place.upstream for place in row.places), " ".join(p.upstream for p in row.places if p.loaded),
    ]  # fmt: skip


PAGES: tuple[Page, ...] = (
    Page(
        name="models", path="/models", template="models.html", section="models", fields=FIELDS, usual_start="24h",
        gather=gather, shape=shape, table=table,
    ),
    *compare.PAGES,
    *model.PAGES,
)  # fmt: skip

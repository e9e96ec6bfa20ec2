"""Objectives asked of the record: how they stand, how their budgets went, as API, pages and commands tell it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from sereno.conventions import INTERVALS, OTHER_MODEL
from sereno.promql.durations import written
from sereno.slo.burndown import Left, burndown
from sereno.slo.samples import HISTOGRAMS, Cell, Distribution, NotRecordedError
from sereno.slo.spec import Latency, Mean, Slo
from sereno.slo.status import Status, statuses, windows
from sereno.stats.histograms import Histogram
from sereno.store.base import CallQuery, Dimension, Group, Store

MINUTE = 60
MOST_POINTS = 130
"""Of a budget over its period."""
_DIMENSIONS: tuple[Dimension, ...] = ("model", "operation", "status")


class BurnMessage(msgspec.Struct, frozen=True):
    """One window: its length, events, share of errors (or overshoot of a mean), and how fast it burns the budget."""

    window: str
    events: float
    error: float | None
    burn_rate: float | None


class ObjectiveMessage(msgspec.Struct, frozen=True, kw_only=True):
    """How one objective stands.

    Attributes:
        id: service and name. objective: percent of good events, for a mean 100 − the allowed variance.
        budget: allowed error, 0 to 1. period: such as `30d`. at: epoch seconds of the end of every window.
        attained: percent over the period; null without events and for means.
        mean, at_most: of a mean objective.
        budget_left: share of the budget, below 0 when overdrawn; null without events.
        events, error, burn_rate: of the period.
        burns: the windows of the alerts, shortest first.
        firing: severities whose windows burn too fast now.
        unknown: why the record cannot answer; null if it can.
    """

    id: str
    service: str
    name: str
    description: str
    objective: float
    budget: float
    period: str
    at: float
    attained: float | None
    mean: float | None
    at_most: float | None
    budget_left: float | None
    events: float | None
    error: float | None
    burn_rate: float | None
    burns: Sequence[BurnMessage]
    firing: Sequence[str]
    unknown: str | None


def objective_message(one: Status) -> ObjectiveMessage:
    """A status as API, pages and commands tell it."""
    slo, period = one.slo, one.period
    return ObjectiveMessage(
        id=slo.id,
        service=slo.service,
        name=slo.name,
        description=slo.description,
        objective=float(slo.objective),
        budget=float(slo.budget),
        period=written(slo.period),
        at=one.at,
        attained=one.attained,
        mean=None if period is None else period.mean,
        at_most=float(slo.indicator.at_most) if isinstance(slo.indicator, Mean) else None,
        budget_left=one.budget_left,
        events=None if period is None else period.events,
        error=None if period is None else period.error,
        burn_rate=None if period is None else period.rate,
        burns=[BurnMessage(written(burn.window), burn.events, burn.error, burn.rate) for burn in one.burns],
        firing=list(one.firing),
        unknown=one.unknown,
    )


def ending(now: float) -> int:
    """End of every window: the full minute after now, so that roll-ups answer; epoch seconds."""
    return math.ceil(now / MINUTE) * MINUTE


def status_of(store: Store, slos: Sequence[Slo], now: float) -> list[Status]:
    """How objectives stand by the record.

    Args:
        store: the record.
        slos: the objectives.
        now: epoch seconds; windows end at the full minute after it.
    """
    end = ending(now)
    slots = store.model_slots()
    histograms = _timed(slos)
    answers = {
        window: [
            _cell(group, slots)
            for group in store.aggregate(CallQuery(start=end - window, end=end), _DIMENSIONS, histograms=histograms)
        ]
        for window in windows(slos)
    }
    return statuses(slos, answers, end)


def budgets_of(store: Store, slos: Sequence[Slo], now: float) -> dict[str, list[Left]]:
    """What was left of each budget over its period, by the objective's id; none where the record cannot answer.

    Args:
        store: the record.
        slos: the objectives.
        now: epoch seconds, as for `status_of`: the last of each is what that says is left.
    """
    end, slots = ending(now), store.model_slots()
    parts: dict[int, list[tuple[float, list[Cell]]]] = {}
    for period in {slo.period for slo in slos}:
        step = next((seconds for seconds in INTERVALS.values() if period / seconds <= MOST_POINTS), INTERVALS["1d"])
        cells: dict[float, list[Cell]] = {}
        query = CallQuery(start=end - period, end=end)
        for group in store.aggregate(query, _DIMENSIONS, step, histograms=_timed(slos)):
            cells.setdefault(group.at or 0.0, []).append(_cell(group, slots))
        starts = [at * step for at in range(math.floor((end - period) / step), math.ceil(end / step))]
        parts[period] = [(min(at + step, end), cells.get(at, [])) for at in starts]
    out = {}
    for slo in slos:
        try:
            out[slo.id] = burndown(slo, parts[slo.period])
        except NotRecordedError:
            out[slo.id] = []
    return out


def _timed(slos: Sequence[Slo]) -> bool:
    return any(isinstance(slo.indicator, Latency) for slo in slos)


def _cell(group: Group, slots: Mapping[str, str]) -> Cell:
    model, operation, status = group.key
    totals = group.totals
    found = zip(HISTOGRAMS, (totals.latency, totals.ttft, totals.tpot), strict=True)
    return Cell(
        model=slots.get(model or "", OTHER_MODEL),
        operation=operation or "",
        status=status or "",
        calls=totals.calls,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cached_input_tokens=totals.cached_input_tokens,
        cost_usd=totals.cost_usd,
        cost_known=totals.cost_known,
        durations={name: _distribution(histogram) for name, histogram in found if histogram is not None},
    )


def _distribution(histogram: Histogram) -> Distribution:
    up_to = {Decimal(repr(edge)): seen for edge, seen in histogram.cumulative()}
    return Distribution(histogram.count, histogram.total, up_to)

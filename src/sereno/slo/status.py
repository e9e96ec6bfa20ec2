"""How objectives stand, from counts instead of rules: attainment, budget left, burn rates, what would fire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from sereno.slo.alerts import threshold, usable_pairs
from sereno.slo.samples import Cell, NotRecordedError, increase
from sereno.slo.spec import Availability, Indicator, Latency, Mean, Slo
from sereno.slo.windows import WINDOWS, Severity

Answers = Mapping[int, Sequence[Cell]]
"""The calls of each window that ends now, by its seconds."""


class Burn(msgspec.Struct, frozen=True):
    """One window.

    Attributes:
        window: seconds.
        events: how many there were.
        error: 0 to 1, for a mean 0 to any; None without events.
        rate: error / budget; 1 uses the budget up in exactly one period.
        mean: for a mean, its value.
    """

    window: int
    events: float
    error: float | None
    rate: float | None
    mean: float | None = None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How one objective stands.

    Attributes:
        slo: the objective.
        at: epoch seconds of the end of every window.
        period: the window of the objective itself; None if the record cannot answer.
        burns: the alert windows, shortest first.
        attained: percent of good events over the period (mean objectives: None, see `period.mean`).
        budget_left: share of the budget that is left, below 0 when it is overdrawn; None without events.
        firing: severities whose windows burn too fast now. Prometheus also waits for `for`.
        unknown: why the record cannot answer; None if it can.
    """

    slo: Slo
    at: float
    period: Burn | None = None
    burns: tuple[Burn, ...] = ()
    attained: float | None = None
    budget_left: float | None = None
    firing: tuple[Severity, ...] = ()
    unknown: str | None = None


def windows(slos: Iterable[Slo]) -> tuple[int, ...]:
    """Every window for which answers are needed, in seconds."""
    return tuple(sorted({*WINDOWS, *(slo.period for slo in slos)}))


def statuses(slos: Iterable[Slo], answers: Answers, now: float) -> list[Status]:
    """How objectives stand.

    Args:
        slos: the objectives.
        answers: calls by window, for all of `windows(slos)`.
        now: end of the windows, epoch seconds.
    """
    out = []
    for slo in slos:
        try:
            out.append(_status(slo, answers, now))
        except NotRecordedError as error:
            out.append(Status(slo=slo, at=now, unknown=str(error)))
    return out


def _status(slo: Slo, answers: Answers, now: float) -> Status:
    period = _burn(slo, slo.period, answers[slo.period])
    burns = {window: _burn(slo, window, answers[window]) for window in WINDOWS}
    return Status(
        slo=slo,
        at=now,
        period=period,
        burns=tuple(burns.values()),
        attained=None if period.error is None or slo.is_mean else 100 * (1 - period.error),
        budget_left=None if period.rate is None else 1 - period.rate,
        firing=tuple(
            alert.severity for alert in slo.alerting.alerts if alert.enabled and _fires(slo, alert.severity, burns)
        ),
    )


def _fires(slo: Slo, severity: Severity, burns: Mapping[int, Burn]) -> bool:
    for pair in usable_pairs(slo, severity):
        limit = float(threshold(slo, pair))
        long, short = burns[pair.long], burns[pair.short]
        enough = long.events >= slo.alerting.minimum_events
        if enough and (long.error or 0) > limit and (short.error or 0) > limit:
            return True
    return False


def _burn(slo: Slo, window: int, cells: Sequence[Cell]) -> Burn:
    above, events = counts(slo.indicator, cells)
    if not events:
        return Burn(window, events, None, None)
    mean = above / events if isinstance(slo.indicator, Mean) else None
    error = above / events
    if isinstance(slo.indicator, Mean):
        error = max(0.0, error / float(slo.indicator.at_most) - 1)
    return Burn(window, events, error, error / float(slo.budget), mean)


def counts(indicator: Indicator, cells: Sequence[Cell]) -> tuple[float, float]:
    """Errors (or the sum of a mean) and events.

    Args:
        indicator: what is measured.
        cells: the calls.

    Raises:
        NotRecordedError: the record cannot answer.
    """
    match indicator:
        case Availability():
            total = (*indicator.where, *indicator.total)
            bad = (*indicator.where, *indicator.bad)
            return increase(cells, indicator.metric, bad), increase(cells, indicator.metric, total)
        case Latency():
            name, where = indicator.histogram, indicator.where
            events = increase(cells, f"{name}_count", where)
            return events - increase(cells, f"{name}_bucket", where, indicator.threshold), events
        case Mean():
            where = indicator.where
            return increase(cells, indicator.sum, where), increase(cells, indicator.count, where)
        case _:
            raise NotRecordedError("a query of one's own is answered by Prometheus alone")

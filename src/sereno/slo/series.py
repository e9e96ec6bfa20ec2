"""Series that the generated tests feed to the rules: raw counters where the conditions have witnesses, else errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from sereno.promql.durations import written
from sereno.promql.edges import le_value
from sereno.promql.query import quoted
from sereno.slo import names
from sereno.slo.spec import Availability, Labels, Latency, Mean, Slo, decimal_text
from sereno.slo.windows import WINDOWS
from sereno.slo.witness import counterexample, witness

EVENTS_A_MINUTE = 1000
"""At least: enough for odd errors to be whole, and for an objective's `minimum_events`."""
Series = Sequence[tuple[str, str]]
"""(series, values) as promtool reads them."""


def has_counters(slo: Slo) -> bool:
    """Whether raw counters can be made up; a query of the user's own, or an odd pattern, has none."""
    return bool(_counters(slo, Decimal(0), Decimal(1)))


def traffic(slo: Slo, phases: Sequence[tuple[Decimal, int]], a_minute: Decimal | None = None) -> Series:
    """Traffic with an error through phases of (error, minutes): raw counters, or recorded errors if they must do."""
    a_minute = Decimal(max(EVENTS_A_MINUTE, slo.alerting.minimum_events)) if a_minute is None else a_minute
    per_phase = [(_counters(slo, ratio, a_minute), minutes) for ratio, minutes in phases]
    if not per_phase[0][0]:
        values = " ".join(
            f"{decimal_text(ratio)}x{minutes - (index > 0)}" for index, (ratio, minutes) in enumerate(phases)
        )
        return recorded(slo, dict.fromkeys(WINDOWS, values), sum(minutes for _, minutes in phases))
    out = []
    for name in per_phase[0][0]:
        start, parts = Decimal(0), []
        for index, (steps, minutes) in enumerate(per_phase):
            step = steps[name]
            first = start if index == 0 else start + step
            count = minutes if index == 0 else minutes - 1
            parts.append("+".join((decimal_text(first), decimal_text(step))) + f"x{count}")
            start += step * minutes
        out.append((name, " ".join(parts)))
    return out


def _counters(slo: Slo, ratio: Decimal, a_minute: Decimal) -> Mapping[str, Decimal]:
    """Raw series and what they grow by in a minute; empty if no labels were found that meet the conditions."""
    indicator = slo.indicator
    match indicator:
        case Availability():
            bad = witness((*indicator.where, *indicator.total, *indicator.bad))
            good = counterexample((*indicator.where, *indicator.total), indicator.bad)
            if bad is None or good is None:
                return {}
            return {
                _series(indicator.metric, bad): ratio * a_minute,
                _series(indicator.metric, good): (1 - ratio) * a_minute,
            }
        case Latency():
            labels = witness(indicator.where)
            if labels is None:
                return {}
            name, edge = indicator.histogram, le_value(indicator.threshold)
            return {
                _series(f"{name}_bucket", {**labels, "le": edge}): (1 - ratio) * a_minute,
                _series(f"{name}_bucket", {**labels, "le": "+Inf"}): a_minute,
                _series(f"{name}_count", labels): a_minute,
            }
        case Mean():
            labels = witness(indicator.where)
            if labels is None:
                return {}
            return {
                _series(indicator.sum, labels): indicator.at_most * (1 + ratio) * a_minute,
                _series(indicator.count, labels): a_minute,
            }
        case _:
            return {}


def recorded(slo: Slo, errors: Mapping[int, str], minutes: int) -> Series:
    """Recorded errors by window, and events enough for so many minutes."""
    own = _series("", {**names.id_labels(slo), **slo.labels})
    out = [
        (f'{names.error(window)}{own[:-1]},{names.WINDOW_LABEL}="{written(window)}"}}', values)
        for window, values in errors.items()
    ]
    if slo.alerting.minimum_events:
        out += [(names.events(window) + own, f"{slo.alerting.minimum_events}x{minutes}") for window in errors]
    return out


def _series(metric: str, labels: Labels) -> str:
    return metric + "{" + ",".join(f"{name}={quoted(value)}" for name, value in labels.items()) + "}"

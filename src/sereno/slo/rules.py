"""Recording rules of an objective: its error in every window, its budget and how fast that burns."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from sereno import __version__
from sereno.promql.durations import written
from sereno.slo import names
from sereno.slo.expressions import error_ratio, errors_rate, period_error_ratio, total
from sereno.slo.spec import Slo, decimal_text
from sereno.slo.windows import DAY, WINDOWS, pairs
from sereno.slo.yaml_text import mapping, scalar

SHORTEST = WINDOWS[0]
PERIOD_INTERVAL = "2m"
"""The period is read seldom: its range is long and it moves slowly. Samples go stale after 5 minutes."""


def recording_groups(slo: Slo) -> str:
    """The rule groups of one objective, as the list items of `groups`."""
    labels = {**names.id_labels(slo), **slo.labels}
    return (
        _group(f"slo-sli-{slo.id}", _error_rules(slo, labels))
        + _group(f"slo-period-{slo.id}", _period_rules(slo, labels), PERIOD_INTERVAL)
        + _group(f"slo-meta-{slo.id}", _meta_rules(slo, labels))
    )


def _error_rules(slo: Slo, labels: Mapping[str, str]) -> str:
    indicator, plain = slo.indicator, mapping(labels, 10)
    out = []
    for window in WINDOWS:
        text = written(window)
        own = plain + f"          {names.WINDOW_LABEL}: {text}\n"
        out.append(_rule(names.error(window), error_ratio(indicator, text), own))
    errors, events = errors_rate(indicator, written(SHORTEST)), total(indicator, written(SHORTEST))
    if errors is None or events is None:
        return "".join(out)
    out += [_rule(names.ERRORS_RATE, errors, plain), _rule(names.EVENTS_RATE, events, plain)]
    if slo.alerting.minimum_events:
        for pair in pairs(slo.period):
            found = total(indicator, written(pair.long))
            out.append(_rule(names.events(pair.long), f"{found} * {pair.long}", plain))
    return "".join(out)


def _period_rules(slo: Slo, labels: Mapping[str, str]) -> str:
    here, plain = names.id_selector(slo), mapping(labels, 10)
    text = written(slo.period)
    own = plain + f"          {names.WINDOW_LABEL}: {text}\n"
    error = period_error_ratio(
        slo.indicator, names.ERRORS_RATE + here, names.EVENTS_RATE + here, names.error(SHORTEST) + here, text
    )
    return (
        _rule(names.error(slo.period), error, own)
        + _rule(names.PERIOD_BURN, _burn(slo, names.error(slo.period)), plain)
        + _rule(names.BUDGET_LEFT, f"1 - {names.PERIOD_BURN}{here}", plain)
    )


def _meta_rules(slo: Slo, labels: Mapping[str, str]) -> str:
    plain = mapping(labels, 10)
    info = {
        "sloth_mode": "sereno",
        "sloth_version": __version__,
        "sloth_spec": slo.format,
        "sloth_objective": decimal_text(slo.objective),
    }
    return (
        _rule(names.OBJECTIVE, f"vector({decimal_text(1 - slo.budget)})", plain)
        + _rule(names.BUDGET, f"vector({decimal_text(slo.budget)})", plain)
        + _rule(names.PERIOD_DAYS, f"vector({decimal_text(Decimal(slo.period) / DAY)})", plain)
        + _rule(names.CURRENT_BURN, _burn(slo, names.error(SHORTEST)), plain)
        + _rule(names.INFO, "vector(1)", plain + mapping(info, 10))
    )


def _burn(slo: Slo, error: str) -> str:
    here = names.id_selector(slo)
    return f"{error}{here} / on ({', '.join(names.ID_LABELS)}) group_left () {names.BUDGET}{here}"


def _rule(record: str, expression: str, labels: str) -> str:
    return f"      - record: {record}\n        expr: {scalar(expression)}\n        labels:\n{labels}"


def _group(name: str, rules: str, interval: str = "") -> str:
    every = f"    interval: {interval}\n" if interval else ""
    return f"  - name: {scalar(name)}\n{every}    rules:\n{rules}"

"""Alert rules of an objective: a page and a ticket over two window pairs each, and one for a metric that vanished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from sereno.promql.durations import written
from sereno.slo import names
from sereno.slo.expressions import present
from sereno.slo.spec import Slo, decimal_text
from sereno.slo.windows import Pair, Severity, pairs

DASHBOARD = "sli-slo"
"""Uid of the dashboard that an alert leads to."""
PANEL = 1
"""Its panel of burn rates, to which Grafana ties an alert."""
PRIORITY: dict[Severity, str] = {"page": "critical", "ticket": "warning"}
"""`severity`, by which the shipped Alertmanager configuration routes."""
NO_DATA_HOLD = 900
"""Seconds that a metric is gone before it is told; a restart of its target takes less."""


class AlertRule(NamedTuple):
    """An alert rule, for Prometheus and for Grafana.

    Attributes:
        condition: PromQL; its value is the error of the long window.
        hold: `for`, seconds.
        labels: without those that the series carry.
        pairs: window pairs that can fire it.
        threshold: by pair, the error above which it fires.
    """

    name: str
    severity: Severity
    condition: str
    hold: int
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    pairs: tuple[Pair, ...] = ()


def threshold(slo: Slo, pair: Pair) -> Fraction:
    """The error above which a pair burns too fast: factor × budget, exact."""
    return _threshold(*pair.factor.as_integer_ratio(), slo.budget)


@lru_cache(maxsize=4096)
def _threshold(numerator: int, denominator: int, budget: Decimal) -> Fraction:
    """Kept by whole numbers: the hash of a fraction costs more than the product."""
    return Fraction(numerator, denominator) * Fraction(budget)


def usable_pairs(slo: Slo, severity: Severity) -> tuple[Pair, ...]:
    """The pairs that can fire: a ratio of errors never exceeds 1, an overshoot has no end."""
    return _usable(slo.period, slo.budget, slo.is_mean, severity)


@lru_cache(maxsize=4096)
def _usable(period: int, budget: Decimal, endless: bool, severity: Severity) -> tuple[Pair, ...]:
    own = (pair for pair in pairs(period) if pair.severity == severity)
    return tuple(pair for pair in own if endless or _threshold(*pair.factor.as_integer_ratio(), budget) < 1)


def alert_rules(slo: Slo, value: str = "{{ $value | humanizePercentage }}") -> Iterator[AlertRule]:
    """The alert rules of an objective.

    Args:
        slo: the objective.
        value: how a template writes the error.
    """
    for alert in slo.alerting.alerts:
        usable = usable_pairs(slo, alert.severity)
        if not alert.enabled or not usable:
            continue
        yield AlertRule(
            name=slo.alerting.name,
            severity=alert.severity,
            condition="\nor\n".join(_condition(slo, pair) for pair in usable),
            hold=alert.hold,
            labels={**_labels(alert.severity), **slo.alerting.labels, **alert.labels},
            annotations={**_burning(slo, usable, value), **slo.alerting.annotations, **alert.annotations},
            pairs=usable,
        )
    series = present(slo.indicator)
    if slo.alerting.no_data == "alert" and series:
        own = {name: _literal(text) for name, text in slo.labels.items()}  # labels of alerts are templates
        yield AlertRule(
            name=f"{slo.alerting.name}NoData",
            severity="ticket",
            condition=f"sum(absent({series[0]}))",
            hold=NO_DATA_HOLD,
            labels={**names.id_labels(slo), **own, **_labels("ticket"), **slo.alerting.labels},
            annotations={**_vanished(slo, series[0]), **slo.alerting.annotations},
        )


def _condition(slo: Slo, pair: Pair) -> str:
    here, limit = names.id_selector(slo), decimal_text(threshold(slo, pair))
    parts = [f"{names.error(window)}{here} > {limit}" for window in (pair.long, pair.short)]
    if slo.alerting.minimum_events:
        parts.append(f"{names.events(pair.long)}{here} >= {slo.alerting.minimum_events}")
    joined = "\n  and ".join(f"max without ({names.WINDOW_LABEL}) ({part})" for part in parts)
    return f"(\n  {joined}\n)"


def _labels(severity: Severity) -> dict[str, str]:
    return {names.SEVERITY_LABEL: severity, "severity": PRIORITY[severity]}


def _burning(slo: Slo, usable: tuple[Pair, ...], value: str) -> dict[str, str]:
    period, budget = written(slo.period), decimal_text(slo.budget * 100)
    speed = "fast" if usable[0].severity == "page" else "steadily"
    gone = " or ".join(f"{decimal_text(_share(pair, slo.period))}% within {written(pair.long)}" for pair in usable)
    if slo.is_mean:
        limit = decimal_text(slo.indicator.at_most)  # type: ignore[union-attr]  # is_mean
        what = f"The mean is {value} above its limit of {limit}; the objective allows {budget}% over {period}."
    else:
        objective = decimal_text(slo.objective)
        what = f"{value} of events are bad; the objective ({objective}% over {period}) allows {budget}%."
    return {
        "summary": f"{slo.service} {slo.name} burns its error budget {speed}",
        "description": " ".join(filter(None, (_literal(slo.description), what, f"Gone of the budget: {gone}."))),
        **_links(slo),
    }


@lru_cache(maxsize=64)
def _share(pair: Pair, period: int) -> Fraction:
    """Percent of the budget that is gone when a pair fires."""
    return pair.factor * pair.long / period * 100


def _vanished(slo: Slo, series: str) -> dict[str, str]:
    return {
        "summary": f"{slo.service} {slo.name} cannot be measured",
        "description": f"Nothing exposes {_literal(series)}, so nobody knows whether the objective is kept.",
        **_links(slo),
    }


def _links(slo: Slo) -> dict[str, str]:
    variables = f"var-service={quote(slo.service)}&var-slo={quote(slo.name)}"
    return {"dashboard_url": f"/d/{DASHBOARD}?{variables}", "runbook_url": _literal(slo.alerting.runbook)}


def _literal(text: str) -> str:
    """A text that means nothing to a template."""
    return text.replace("{{", '{{ "{{" }}')

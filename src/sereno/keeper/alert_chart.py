"""The chart behind an alert: the series of its rule over the last hours, its limit, and what else fired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from typing import Protocol

import msgspec
import numpy as np

from sereno.alerts.rule import Rule, Unit
from sereno.alerts.told import Told
from sereno.explain.frame import Chart, Event, Series, Threshold
from sereno.notify.prometheus import AlertRule, Line
from sereno.promql.watched import Watched, watched

POINTS = 1000
"""Of each series; Prometheus gives 11,000 at most."""
FINEST = 5
"""Seconds between two points at least."""
MOST_SERIES = 8
"""More lines are no chart."""
_UNITS: dict[Unit, str] = {"share": "percentunit", "seconds": "s", "bytes": "bytes", "dollars": "currencyUSD"}
_BESIDE = frozenset({"__name__", "job", "instance"})
"""Labels that name a series only where nothing else tells it from its siblings."""
Rules = Mapping[tuple[str, str], Rule]
"""The shipped rules by name and severity."""


class Source(Protocol):
    """A Prometheus: `notify.prometheus.Prometheus`."""

    def lines(self, query: str, start: float, end: float, step: float) -> list[Line]:
        """The series of a range query."""

    def rules(self, name: str) -> list[AlertRule]:
        """The alert rules of a name."""

    def close(self) -> None:
        """Let go of the connection."""


class AlertChart(msgspec.Struct, frozen=True, eq=False):
    """A chart, and the PromQL that it is drawn from."""

    chart: Chart
    query: str


class Range(msgspec.Struct, frozen=True):
    """What is looked at, epoch seconds, in whole steps: its last point is the end, where the alert fires."""

    start: float
    end: float
    step: float


def looking_back(end: float, seconds: float) -> Range:
    """The range that ends at a moment and is about so long.

    >>> looking_back(1763683200.5, 21600.0)
    Range(start=1763661596.5, end=1763683200.5, step=22.0)
    """
    step = max(FINEST, ceil(seconds / POINTS))
    end = round(end, 3)  # Prometheus's times are milliseconds; a point after the end would be left out of the facts
    return Range(round(end - step * round(seconds / step), 3), end, float(step))


def alert_chart(
    told: Told, source: Source, shipped: Rules, span: Range, beside: Callable[[], Sequence[Event]]
) -> AlertChart | None:
    """The chart of an alert; None if its rule is unknown, or watches no series of the alert. Blocking.

    Args:
        told: the alert.
        source: where the series are.
        shipped: our own rules, for those that only Grafana evaluates.
        span: what is looked at.
        beside: what else happened.

    Raises:
        PrometheusError: it does not answer, or not so.
    """
    expression = _expression(told, source.rules(told.name), shipped)
    if expression is None:
        return None
    try:
        parts = watched(expression)
    except ValueError:  # newer PromQL than our parser's: all of it is asked for, without a limit
        parts = [Watched(expression)]
    rule = shipped.get((told.name, told.severity))
    unit = "" if rule is None else _UNITS.get(rule.unit, "")
    for part in parts:
        lines = source.lines(part.query, span.start, span.end, span.step)
        mine = [line for line in lines if line.values and told.about(line.metric)][:MOST_SERIES]
        if mine:
            series = tuple(_series(line, name, unit) for line, name in zip(mine, _names(mine, told), strict=True))
            chart = Chart(
                title=told.summary,
                series=series,
                thresholds=_thresholds(part, told, series),
                events=tuple(beside()),
                start=span.start,
                end=span.end,
            )
            return AlertChart(chart, part.query)
    return None


def _expression(told: Told, rules: Sequence[AlertRule], shipped: Rules) -> str | None:
    """That of the rule whose labels the alert has; the one that says most of them, where several do."""
    labels = told.reports[0].labels
    fitting = [rule for rule in rules if rule.labels.items() <= labels.items()] or list(rules)
    if fitting:
        return max(fitting, key=lambda rule: len(rule.labels)).query
    rule = shipped.get((told.name, told.severity))
    return None if rule is None else rule.expr


def _thresholds(part: Watched, told: Told, series: Sequence[Series]) -> tuple[Threshold, ...]:
    """The limit as a line; of a bad state such as `== 0`, the good value that is nearest to it."""
    if part.limit is None or part.operator == "!=":
        return ()
    if part.operator != "==":
        return (Threshold(part.limit, told.name, above=part.operator.startswith(">")),)
    values = np.concatenate([one.values for one in series])
    good = values[np.isfinite(values) & (values != part.limit)]
    if len(good) and good.min() > part.limit:
        return (Threshold(float(good.min()), told.name, above=False),)
    if len(good) and good.max() < part.limit:
        return (Threshold(float(good.max()), told.name, above=True),)
    return ()


def _names(lines: Sequence[Line], told: Told) -> list[str]:
    """What each series is called: its metric or its alert, and the labels that tell it from the others."""
    differ = {
        name for line in lines for name in line.metric if any(o.metric.get(name) != line.metric[name] for o in lines)
    }
    shown = (differ - _BESIDE) or (differ - {"__name__"})
    out = []
    for line in lines:
        labels = ", ".join(f"{name}={line.metric[name]}" for name in sorted(shown) if name in line.metric)
        base = line.metric.get("__name__") or told.name
        out.append(f"{base} {labels}".strip() if len(lines) > 1 else base)
    return out if len(set(out)) == len(out) else [f"{name} #{number}" for number, name in enumerate(out, 1)]


def _series(line: Line, name: str, unit: str) -> Series:
    return Series(
        name=name,
        times=np.array([at for at, _ in line.values], dtype=np.float64),
        values=np.array([_value(text) for _, text in line.values], dtype=np.float64),
        unit=unit,
        labels=line.metric,
    )


def _value(text: str) -> float:
    """Prometheus writes `NaN`, `+Inf` and `-Inf` as Python reads them; what is neither is no value."""
    try:
        return float(text)
    except ValueError:
        return float("nan")

"""Alerts, and a Prometheus in memory that has their series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sereno.alerts.catalogue import groups
from sereno.alerts.episode import Report
from sereno.alerts.thresholds import Thresholds
from sereno.keeper.alert_chart import Rules
from sereno.notify.prometheus import AlertRule, Line

NOW = 1_763_683_200.0  # 2025-11-21T00:00:00Z
SHIPPED: Rules = {(rule.name, rule.severity): rule for group in groups(Thresholds()) for rule in group.rules}
OLLAMA = {"job": "sereno", "instance": "gw:11434", "upstream": "gpu"}


def fires(name: str, severity: str = "critical", **labels: str) -> Report:
    return Report(
        fingerprint=f"{name}{labels}",
        labels={"alertname": name, "severity": severity, **labels},
        annotations={"summary": f"{name} fires", "description": "It does."},
        starts_at=NOW - 60,
        ends_at=None,
    )


def line(values: Sequence[float | str], labels: Mapping[str, str], *, end: float = NOW, step: float = 20.0) -> Line:
    """A series whose last value is at the end."""
    first = end - step * (len(values) - 1)
    return Line(dict(labels), [(first + step * at, str(value)) for at, value in enumerate(values)])


class Remembering:
    """A Prometheus that answers by query."""

    def __init__(self, series: Mapping[str, Sequence[Line]], rules: Sequence[AlertRule] = ()) -> None:
        self.series, self.known, self.closed = series, rules, 0
        self.asked: list[str] = []

    def lines(self, query: str, start: float, end: float, step: float) -> list[Line]:
        assert 0 < step < end - start
        self.asked.append(query)
        return list(self.series.get(query, ()))

    def rules(self, name: str) -> list[AlertRule]:
        return [rule for rule in self.known if rule.name == name]

    def close(self) -> None:
        self.closed += 1

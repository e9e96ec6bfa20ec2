"""Alerts that people were just told of, put together by rule: what an explanation is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from sereno.alerts.episode import Report


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts of one rule that began to fire.

    Attributes:
        name: of the rule. severity: as it says.
        reports: one for each of its series that fires; at least one.
    """

    name: str
    severity: str
    reports: tuple[Report, ...]

    @property
    def summary(self) -> str:
        """What happened, in one line."""
        return self.reports[0].annotations.get("summary") or self.name

    @property
    def description(self) -> str:
        """What it means."""
        return self.reports[0].annotations.get("description", "")

    def about(self, labels: Mapping[str, str]) -> bool:
        """Whether a series is one that fires: all its labels, the metric's name aside, are those of an alert."""
        mine = {name: value for name, value in labels.items() if name != "__name__"}
        return any(mine.items() <= report.labels.items() for report in self.reports)


def told(reports: Iterable[Report]) -> list[Told]:
    """Those that fire, by rule and severity, in order; the Watchdog, which fires always, is left out."""
    found: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        name, severity = report.labels.get("alertname", ""), report.labels.get("severity", "")
        if report.ends_at is None and name and severity != "none":
            found.setdefault((name, severity), []).append(report)
    return [Told(name=name, severity=severity, reports=tuple(those)) for (name, severity), those in found.items()]

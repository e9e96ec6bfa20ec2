"""What an alert rule is, before it is written for anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from sereno.alerts.case import Case

Severity = Literal["critical", "warning", "info", "none"]
"""`critical`: somebody must act now. `warning`: today. `info`: good to know. `none`: the Watchdog alone."""
Unit = Literal["share", "seconds", "number", "whole", "bytes", "dollars", "plain"]
"""How a person reads the value of an alert; `plain` does not show it."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """An alert rule.

    Attributes:
        name: what it is called; the same name twice is one alert that grows worse, told apart by `severity`.
        expr: PromQL; each sample of its answer is an alert.
        hold: seconds that the answer must stay (`for`).
        severity: by which notifications are routed.
        summary: what happened, in a few words; `{label}` stands for a label's value.
        description: what it means, with `{value}` and `{label}`.
        unit: how `{value}` is written.
        dashboard: uid of the dashboard that shows it.
        runbook: page of `docs/runbooks`, without its ending.
        title: its name in Grafana, where it differs.
        labels: further labels.
        cases: tests: at least one that fires, one that stays silent.
    """

    name: str
    expr: str
    hold: int
    severity: Severity
    summary: str
    description: str
    unit: Unit
    dashboard: str
    runbook: str
    cases: tuple[Case, ...]
    title: str = ""
    labels: Mapping[str, str] = {}


class Group(msgspec.Struct, frozen=True):
    """Rules of one part of the stack: a file for Prometheus, a group in Grafana.

    Attributes:
        name: of the file and the group.
        rules: in the order of severity and use.
    """

    name: str
    rules: tuple[Rule, ...]

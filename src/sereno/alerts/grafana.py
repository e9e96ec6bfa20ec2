"""The same rules as Grafana-managed ones, for provisioning (`provisioning/alerting`, apiVersion 1).

Either Prometheus with Alertmanager or Grafana notifies, never both.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from sereno.alerts.prometheus import labels_of, texts
from sereno.alerts.rule import Group, Rule, Unit
from sereno.promql.durations import written

VALUES: dict[Unit, str] = {
    "share": "{{ humanizePercentage $values.A.Value }}",
    "seconds": "{{ humanizeDuration $values.A.Value }}",
    "number": "{{ humanize $values.A.Value }}",
    "whole": '{{ printf "%.0f" $values.A.Value }}',
    "bytes": "{{ humanize1024 $values.A.Value }}B",
    "dollars": '{{ printf "%.2f" $values.A.Value }} USD',
    "plain": "",
}
"""How a template writes a value: `$value` is a text there."""
FOLDER = "Alerts"
DATASOURCE = "prometheus"
"""Uid of the provisioned data source."""
RANGE = 600
"""Seconds a query may look back; an instant query asks for its last."""
SMALLEST = -1e300
"""Every sample that the expression returns is an alert, whatever its value: 0 is one for `up == 0`."""


class Panel(NamedTuple):
    """Where an alert is shown.

    Attributes:
        dashboard: uid.
        panel: its number there.
    """

    dashboard: str
    panel: int


def alerting_file(group: Group, runbooks: str, panels: Mapping[str, Panel]) -> dict[str, Any]:
    """A provisioning file.

    Args:
        group: its rules.
        runbooks: folder or address of the runbooks.
        panels: by alert name, to which panel it is tied.
    """
    rules = [_rule(rule, runbooks, panels.get(rule.name), _forms(rule, group)) for rule in group.rules]
    one = {"orgId": 1, "name": f"sereno-{group.name}", "folder": FOLDER, "interval": "1m", "rules": rules}
    # Rules that must tell within two minutes are looked at as often as Prometheus would.
    if any(rule.hold < 60 for rule in group.rules):
        one["interval"] = "30s" if all(rule.hold % 30 == 0 for rule in group.rules) else "1m"
    return {"apiVersion": 1, "groups": [one]}


def rule_uid(rule: Rule) -> str:
    """A uid that stays; Grafana allows 40 characters."""
    digest = sha256(f"{rule.name}\n{rule.severity}".encode()).hexdigest()
    return f"sereno-{digest[:24]}"


def _forms(rule: Rule, group: Group) -> int:
    return sum(other.name == rule.name for other in group.rules)


def _rule(rule: Rule, runbooks: str, panel: Panel | None, forms: int) -> dict[str, Any]:
    title = rule.title or rule.name
    query = {"refId": "A", "expr": rule.expr, "instant": True, "range": False}
    condition = {
        "refId": "B",
        "type": "threshold",
        "expression": "A",
        "conditions": [{"evaluator": {"type": "gt", "params": [SMALLEST]}}],
    }
    out: dict[str, Any] = {
        "uid": rule_uid(rule),
        "title": title if forms == 1 else f"{title} ({rule.severity})",
        "condition": "B",
        "data": [
            {
                "refId": "A",
                "relativeTimeRange": {"from": RANGE, "to": 0},
                "datasourceUid": DATASOURCE,
                "model": query,
            },
            {"refId": "B", "datasourceUid": "__expr__", "model": condition},
        ],
    }
    if panel is not None:
        out |= {"dashboardUid": panel.dashboard, "panelId": panel.panel}
    return {
        **out,
        "noDataState": "OK",
        "execErrState": "Error",
        "for": written(rule.hold) if rule.hold else "0s",
        "labels": labels_of(rule),
        "annotations": texts(rule, runbooks, values=VALUES[rule.unit]),
    }

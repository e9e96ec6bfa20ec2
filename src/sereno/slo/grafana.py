"""The same alerts as Grafana-managed rules, for provisioning (`provisioning/alerting`, apiVersion 1).

They ask Prometheus for the recorded errors, so its recording rules are needed all the same; its alert rules then are
not: one of both notifies, never both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256

from sereno.promql.durations import written
from sereno.slo.alerts import DASHBOARD, PANEL, AlertRule, alert_rules
from sereno.slo.spec import Slo
from sereno.slo.yaml_text import mapping, scalar

VALUE = "{{ humanizePercentage $values.A.Value }}"
FOLDER = "SLO"
DATASOURCE = "prometheus"
"""Uid of the provisioned data source."""
RANGE = 600
"""Seconds a query looks back; an instant query needs only the last."""


def alerting_file(slos: Iterable[Slo]) -> str:
    """One provisioning file: a group for each objective."""
    groups = "".join(_group(slo) for slo in slos)
    return f"apiVersion: 1\ngroups:\n{groups}" if groups else "apiVersion: 1\ngroups: []\n"


def rule_uid(slo: Slo, rule: AlertRule) -> str:
    """A uid that stays the same from one compilation to the next; Grafana allows 40 characters."""
    digest = sha256(f"{slo.id}\n{rule.name}\n{rule.severity}".encode()).hexdigest()
    return f"slo-{rule.severity}-{digest[:24]}"


def _group(slo: Slo) -> str:
    rules = "".join(_rule(slo, rule) for rule in alert_rules(slo, VALUE))
    if not rules:
        return ""
    head = f"  - orgId: 1\n    name: {scalar(f'slo-{slo.id}')}\n    folder: {FOLDER}\n    interval: 1m\n"
    return f"{head}    rules:\n{rules}"


def _rule(slo: Slo, rule: AlertRule) -> str:
    query = {"refId": "A", "expr": rule.condition, "instant": True, "range": False}
    above = {"refId": "B", "type": "threshold", "expression": "A"}
    evaluator = [{"evaluator": {"type": "gt", "params": [0]}}]
    title = f"{rule.name} ({rule.severity})"
    return (
        f"      - uid: {rule_uid(slo, rule)}\n        title: {scalar(title)}\n        condition: B\n        data:\n"
        f"          - refId: A\n            relativeTimeRange:\n              from: {RANGE}\n              to: 0\n"
        f"            datasourceUid: {DATASOURCE}\n            model: {json.dumps(query, ensure_ascii=False)}\n"
        f"          - refId: B\n            datasourceUid: __expr__\n"
        f"            model: {json.dumps({**above, 'conditions': evaluator})}\n"
        f"        dashboardUid: {DASHBOARD}\n        panelId: {PANEL}\n        noDataState: OK\n"
        f"        execErrState: Error\n        for: {written(rule.hold)}\n"
        f"        labels:\n{mapping(rule.labels, 10)}        annotations:\n{mapping(rule.annotations, 10)}"
    )

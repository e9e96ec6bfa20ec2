"""Grafana-managed alerts say the same as Prometheus's, in the form its provisioning reads."""

from __future__ import annotations

import json
from typing import Any

import yaml

from sereno.promql.query import read
from sereno.slo.alerts import alert_rules
from sereno.slo.compile import compiled
from slo.specs import NATIVE, SLOTH, slos


def provisioned(text: str) -> list[dict[str, Any]]:
    files = [yaml.safe_load(content) for path, content in compiled(slos(text)).items() if path.startswith("grafana/")]
    assert all(file["apiVersion"] == 1 for file in files)
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def test_every_alert_is_there_with_its_condition_labels_and_hold() -> None:
    for text in (NATIVE, SLOTH):
        rules = {rule["title"]: rule for rule in provisioned(text)}
        expected = [(slo, rule) for slo in slos(text) for rule in alert_rules(slo)]
        assert len(rules) == len(expected)
        for slo, rule in expected:
            found = rules[f"{rule.name} ({rule.severity})"]
            assert found["data"][0]["model"]["expr"] == rule.condition
            assert read(rule.condition).selectors
            assert found["labels"] == dict(rule.labels)
            assert found["annotations"]["runbook_url"] == rule.annotations["runbook_url"]
            assert slo.service in found["annotations"]["summary"] or "summary" in slo.alerting.annotations


def test_the_form_is_that_of_unified_alerting() -> None:
    uids = set()
    for rule in provisioned(NATIVE):
        query, threshold = rule["data"]
        assert rule["condition"] == threshold["refId"] == "B"
        assert (query["datasourceUid"], threshold["datasourceUid"]) == ("prometheus", "__expr__")
        assert query["model"]["instant"] is True
        assert threshold["model"]["expression"] == query["refId"] == "A"
        assert threshold["model"]["conditions"][0]["evaluator"] == {"type": "gt", "params": [0]}
        assert (rule["dashboardUid"], rule["panelId"]) == ("sli-slo", 1)
        assert (rule["noDataState"], rule["execErrState"]) == ("OK", "Error")
        assert len(rule["uid"]) <= 40
        assert "$value |" not in json.dumps(rule)  # Prometheus's template; Grafana's $value is a text
        uids.add(rule["uid"])
    assert len(uids) == len(provisioned(NATIVE))
    assert uids == {rule["uid"] for rule in provisioned(NATIVE + "\n")}

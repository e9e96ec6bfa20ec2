"""The tests of the rules, as promtool runs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sereno.alerts.case import STEP, Told, written
from sereno.alerts.prometheus import labels_of, texts
from sereno.alerts.rule import Group, Rule


def proofs(group: Group, rules: str, runbooks: str) -> dict[str, Any]:
    """A test file.

    Args:
        group: the rules.
        rules: the rule file, seen from the test file.
        runbooks: as in the rule file.
    """
    tests = [test for rule in group.rules for test in _tests(rule, group, runbooks)]
    return {"rule_files": [rules], "evaluation_interval": f"{STEP}s", "tests": tests}


def _tests(rule: Rule, group: Group, runbooks: str) -> Iterator[dict[str, Any]]:
    """One test a case; a rule that grows worse is looked at together with its milder form, which fires by then."""
    forms = [other for other in group.rules if other.name == rule.name and other.hold <= rule.hold]
    for case in rule.cases:
        at = case.after + rule.hold
        alerts = [_told(other, told, runbooks) for told in case.told for other in forms]
        yield {
            "name": f"{rule.name} ({rule.severity}) {'fires' if case.told else 'is silent'}: {case.name}",
            "interval": f"{case.step}s",
            "input_series": [
                {"series": series, "values": written(values, at, case.step)} for series, values in case.series.items()
            ],
            "alert_rule_test": [{"eval_time": f"{at}s", "alertname": rule.name, "exp_alerts": alerts}],
        }


def _told(rule: Rule, told: Told, runbooks: str) -> dict[str, Any]:
    return {
        "exp_labels": {**told.labels, **labels_of(rule)},
        "exp_annotations": texts(rule, runbooks, told.labels, told.value),
    }

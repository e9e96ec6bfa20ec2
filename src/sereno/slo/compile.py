"""Objectives to files: one rule file and one test file an objective, one Grafana file a service."""

from __future__ import annotations

from collections.abc import Iterable

from sereno.promql.durations import written
from sereno.slo.alerts import AlertRule, alert_rules, usable_pairs
from sereno.slo.grafana import alerting_file
from sereno.slo.proofs import tests
from sereno.slo.rules import recording_groups
from sereno.slo.spec import Slo, decimal_text
from sereno.slo.yaml_text import block, mapping, scalar

HEADER = "# Written by `sereno slo compile` from {source}; do not edit.\n"


def compiled(slos: Iterable[Slo]) -> dict[str, str]:
    """The text of every file, by path below the output folder.

    Recording and alert rules are files apart, so that whoever lets Grafana notify loads only the first.
    """
    out: dict[str, str] = {}
    services: dict[str, list[Slo]] = {}
    for slo in slos:
        head = _header([slo])
        services.setdefault(slo.service, []).append(slo)
        out[f"prometheus/{slo.id}.recording.rules.yaml"] = f"{head}groups:\n{recording_groups(slo)}"
        alerts = _alert_group(slo)
        if alerts:
            out[f"prometheus/{slo.id}.alerts.rules.yaml"] = f"{head}groups:\n{alerts}"
        out[f"prometheus/tests/{slo.id}.yaml"] = head + tests(slo)
    for service, members in services.items():
        out[f"grafana/alerts/{service}.yaml"] = _header(members) + alerting_file(members)
    return out


def notes(slos: Iterable[Slo]) -> list[str]:
    """What a person should know about these objectives, though nothing is wrong."""
    out = []
    for slo in slos:
        for alert in slo.alerting.alerts:
            usable = usable_pairs(slo, alert.severity)
            if alert.enabled and len(usable) < 2:
                left = f"only over {written(usable[0].long)}" if usable else "never"
                budget = f"a budget of {decimal_text(slo.budget * 100)}% cannot burn faster"
                out.append(
                    f"{slo.place}: a {alert.severity} can fire {left}: {budget}, for that more than all events would"
                    " have to be bad"
                )
    return out


def _header(slos: Iterable[Slo]) -> str:
    """The first line: a comment, whatever a file is called."""
    names = dict.fromkeys(slo.place.file.rpartition("/")[2] for slo in slos)
    return HEADER.format(source=", ".join(name if name.isprintable() else repr(name) for name in names))


def _alert_group(slo: Slo) -> str:
    rules = "".join(_alert(rule) for rule in alert_rules(slo))
    return f"  - name: {scalar(f'slo-alerts-{slo.id}')}\n    rules:\n{rules}" if rules else ""


def _alert(rule: AlertRule) -> str:
    return (
        f"      - alert: {scalar(rule.name)}\n        expr:{block(rule.condition, 10)}"
        f"        for: {written(rule.hold)}\n"
        f"        labels:\n{mapping(rule.labels, 10)}        annotations:\n{mapping(rule.annotations, 10)}"
    )

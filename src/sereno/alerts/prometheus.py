"""Rules as Prometheus reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sereno.alerts.rule import Group, Rule, Unit
from sereno.promql.durations import written

VALUES: dict[Unit, str] = {
    "share": "{{ $value | humanizePercentage }}",
    "seconds": "{{ $value | humanizeDuration }}",
    "number": "{{ $value | humanize }}",
    "whole": '{{ $value | printf "%.0f" }}',
    "bytes": "{{ $value | humanize1024 }}B",
    "dollars": '{{ $value | printf "%.2f" }} USD',
    "plain": "",
}
"""How a template writes a value."""
_FIELD = re.compile(r"\{([a-zA-Z_]+)\}", re.ASCII)


def rule_file(group: Group, runbooks: str) -> dict[str, Any]:
    """A rule file.

    Args:
        group: its rules.
        runbooks: folder or address of the runbooks.
    """
    return {"groups": [{"name": f"sereno-{group.name}", "rules": [_rule(rule, runbooks) for rule in group.rules]}]}


def texts(
    rule: Rule, runbooks: str, fields: Mapping[str, str] | None = None, values: str | None = None
) -> dict[str, str]:
    """The annotations of a rule.

    Args:
        rule: the rule.
        runbooks: folder or address of the runbooks.
        fields: what `{label}` becomes; without them a template's label.
        values: what `{value}` becomes; without it the template for the rule's unit.
    """

    def filled(text: str) -> str:
        return _FIELD.sub(lambda match: field(match[1]), text)

    def field(name: str) -> str:
        if name == "value":
            return VALUES[rule.unit] if values is None else values
        return f"{{{{ $labels.{name} }}}}" if fields is None else fields.get(name, "")

    return {
        "summary": filled(rule.summary),
        "description": filled(rule.description),
        "dashboard_url": f"/d/{rule.dashboard}",
        "runbook_url": f"{runbooks}/{rule.runbook}.md",
    }


def labels_of(rule: Rule) -> dict[str, str]:
    """The labels that a rule adds."""
    return {"severity": rule.severity, **rule.labels}


def _rule(rule: Rule, runbooks: str) -> dict[str, Any]:
    out: dict[str, Any] = {"alert": rule.name, "expr": rule.expr}
    if rule.hold:
        out["for"] = written(rule.hold)
    return {**out, "labels": labels_of(rule), "annotations": texts(rule, runbooks)}

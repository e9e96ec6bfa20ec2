"""Rules to files: one rule file, one test file and one Grafana file a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sereno.alerts.document import document
from sereno.alerts.grafana import Panel, alerting_file
from sereno.alerts.prometheus import rule_file
from sereno.alerts.proofs import proofs
from sereno.alerts.rule import Group

HEADER = "# Written by `sereno alerts rules`; do not edit.\n"
RUNBOOKS = "docs/runbooks"
"""Where runbooks are, if nobody says otherwise: in Sereno's own documentation."""


def files(
    groups: Sequence[Group], runbooks: str = RUNBOOKS, panels: Mapping[str, Panel] | None = None
) -> dict[str, str]:
    """The text of every file, by path below the output folder.

    Args:
        groups: the rules.
        runbooks: folder or address of the runbooks.
        panels: by alert name, to which panel Grafana ties it.
    """
    out: dict[str, str] = {}
    for group in groups:
        name = f"{group.name}.rules.yaml"
        out[f"prometheus/{name}"] = HEADER + document(rule_file(group, runbooks))
        out[f"prometheus/tests/{group.name}.yaml"] = HEADER + document(proofs(group, f"../{name}", runbooks))
        out[f"grafana/alerts/{group.name}.yaml"] = HEADER + document(alerting_file(group, runbooks, panels or {}))
    return out

"""Rules to files: one rule file, one test file and one Grafana file a group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

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
        out[f"prometheus/{name}"] = _text(rule_file(group, runbooks))
        out[f"prometheus/tests/{group.name}.yaml"] = _text(proofs(group, f"../{name}", runbooks))
        out[f"grafana/alerts/{group.name}.yaml"] = _text(alerting_file(group, runbooks, panels or {}))
    return out


class _Dumper(yaml.SafeDumper):
    """Texts of several lines as literal blocks, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  the signature is PyYAML's
        """Write everything out."""
        return True


def _string(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _string)


def _text(document: Mapping[str, Any]) -> str:
    return HEADER + yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1_000_000)

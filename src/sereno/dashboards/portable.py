"""A dashboard to import by hand: Grafana asks for the data source, nothing need be provisioned."""

from __future__ import annotations

import json
from typing import Any

from sereno.dashboards.variables import DATASOURCE

INPUT = "DS_PROMETHEUS"
OLDEST = "10.4.0"


def portable(text: str) -> str:
    """The import form of a dashboard.

    Args:
        text: its provisioned form, JSON.
    """
    text = text.replace(f"${{{DATASOURCE}:queryparam}}&", "")  # links take along only what is there
    dashboard = json.loads(text.replace(f"${{{DATASOURCE}}}", f"${{{INPUT}}}"))
    variables = dashboard["templating"]["list"]
    dashboard["templating"]["list"] = [variable for variable in variables if variable["name"] != DATASOURCE]
    asked = {
        "name": INPUT,
        "label": "Prometheus",
        "description": "Prometheus that scrapes Sereno.",
        "type": "datasource",
        "pluginId": "prometheus",
        "pluginName": "Prometheus",
    }
    needs: list[dict[str, Any]] = [
        {"type": "grafana", "id": "grafana", "name": "Grafana", "version": OLDEST},
        {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"},
        *({"type": "panel", "id": kind, "name": kind, "version": ""} for kind in sorted(_kinds(dashboard["panels"]))),
    ]
    whole = {"__inputs": [asked], "__requires": needs, "id": None, **dashboard}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _kinds(panels: list[dict[str, Any]]) -> set[str]:
    out = {panel["type"] for panel in panels if panel["type"] != "row"}
    for panel in panels:
        out |= _kinds(panel.get("panels") or [])
    return out

"""All files of the stack that are the stack's own; rules, dashboards and Alertmanager's texts are written beside."""

from __future__ import annotations

from sereno.stack.collector import otel_collector
from sereno.stack.compose import compose, environment
from sereno.stack.logs import ALLOY, loki
from sereno.stack.own import SETTINGS, START
from sereno.stack.plan import Plan
from sereno.stack.prometheus import blackbox, prometheus

FOLDER = "stack"


def files(plan: Plan) -> dict[str, str]:
    """The text of every file, by path below the output folder."""
    return {
        "compose.yaml": compose(plan),
        ".env": environment(plan),
        f"{FOLDER}/prometheus.yml": prometheus(plan),
        f"{FOLDER}/blackbox.yml": blackbox(),
        f"{FOLDER}/otel-collector.yaml": otel_collector(),
        f"{FOLDER}/loki.yaml": loki(),
        f"{FOLDER}/config.alloy": ALLOY,
        f"{FOLDER}/sereno.toml": SETTINGS,
        f"{FOLDER}/start.sh": START,
    }

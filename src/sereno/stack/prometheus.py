"""Prometheus's configuration: whom it scrapes, by which rules it judges, whom it tells.

Reference: https://prometheus.io/docs/prometheus/latest/configuration/configuration/
"""

from __future__ import annotations

from typing import Any

from sereno.stack.plan import Plan
from sereno.stack.target import DOORS, PROBE, SECRETS, TARGETS, Door, Target
from sereno.stack.yaml_text import yaml_text

RULES = "/etc/prometheus/rules"


def prometheus(plan: Plan) -> str:
    """`prometheus.yml`."""
    wanted = [target for target in TARGETS if not target.extra or target.extra in plan.extras]
    alerts = [] if plan.grafana_notifies else [f"{RULES}/alerts/*.rules.yaml"]
    objectives = "*.recording.rules.yaml" if plan.grafana_notifies else "*.rules.yaml"
    document: dict[str, Any] = {
        "global": {"scrape_interval": plan.interval, "evaluation_interval": plan.interval},
        "rule_files": [*alerts, f"{RULES}/slo/{objectives}"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["alertmanager:9093"]}]}]},
        "scrape_configs": [*(_job(one) for one in (*wanted, *plan.targets)), *(_probe(door) for door in DOORS)],
    }
    return yaml_text(document)


def _job(target: Target) -> dict[str, Any]:
    out: dict[str, Any] = {"job_name": target.job}
    if target.interval:
        out["scrape_interval"] = target.interval
    if target.path != "/metrics":
        out["metrics_path"] = target.path
    if target.secret:
        out["authorization"] = {"credentials_file": f"{SECRETS}/{target.secret}"}
    return out | {"static_configs": [{"targets": list(target.addresses)}]}


def _probe(door: Door) -> dict[str, Any]:
    """A job whose target is asked by the blackbox exporter; `instance` is the door's own address."""
    return {
        "job_name": door.service + PROBE,
        "metrics_path": "/probe",
        "params": {"module": ["http_2xx"]},
        "static_configs": [{"targets": [door.url]}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": "blackbox-exporter:9115"},
        ],
    }


def blackbox() -> str:
    """The blackbox exporter's configuration: one way of asking, by IPv4, as containers speak."""
    http = {"prober": "http", "timeout": "5s", "http": {"preferred_ip_protocol": "ip4"}}
    return yaml_text({"modules": {"http_2xx": http}})

"""Services beside the models: one rule each, which fires when the service itself, its exporter or its probe says down.

A service is known by the `job` of its scrape (its own `/metrics`, or its exporter's) and, with `-probe` behind it, of
the blackbox probe that asks its front door.
"""

from __future__ import annotations

from typing import NamedTuple

from sereno.alerts.case import fires, silent
from sereno.alerts.llm import AGENT_JOB
from sereno.alerts.ollama import DOWN_HOLD
from sereno.alerts.rule import Group, Rule, Severity
from sereno.conventions import SCRAPE_JOB

PROBE = "-probe"


class Service(NamedTuple):
    """A service that may stand beside the models.

    Attributes:
        alert: name of its rule.
        title: what people call it.
        job: `job` of its scrape.
        up: metric by which its exporter says that it answers; "" if `up` is its own.
        severity: how bad it is.
    """

    alert: str
    title: str
    job: str
    up: str = ""
    severity: Severity = "critical"


SERVICES = (
    Service("KeycloakDown", "Keycloak", "keycloak"),
    Service("PostgresDown", "PostgreSQL", "postgres-exporter", "pg_up"),
    Service("RedisDown", "Redis", "redis-exporter", "redis_up"),
    Service("QdrantDown", "Qdrant", "qdrant"),
    Service("N8nDown", "n8n", "n8n"),
    Service("OpenWebUIDown", "Open WebUI", "open-webui"),
    Service("GrafanaDown", "Grafana", "grafana", severity="warning"),
    Service("LokiDown", "Loki", "loki", severity="warning"),
    Service("JaegerDown", "Jaeger", "jaeger", severity="warning"),
    Service("OtelCollectorDown", "The OpenTelemetry collector", "otel-collector", severity="warning"),
)
EXPORTERS = ("node-exporter", "cadvisor", "nvidia-exporter", "amd-exporter", "ollama-exporter")
"""Jobs whose silence hides other alerts."""
_KNOWN = "|".join((SCRAPE_JOB, AGENT_JOB, *(service.job for service in SERVICES), *EXPORTERS))


def group() -> Group:
    """The rules."""
    return Group("services", (*(_down(service) for service in SERVICES), _exporter(), _target(), _probe()))


def _down(service: Service) -> Rule:
    job, probe = service.job, service.job + PROBE
    parts = [f'up{{job="{job}"}} == 0', f'probe_success{{job="{probe}"}} == 0']
    at, door = f'job="{job}",instance="{job}:9000"', f'job="{probe}",instance="http://{job}/"'
    scraped = {"job": job, "instance": f"{job}:9000"}
    cases = [
        fires("it is not scraped", {f"up{{{at}}}": 0}, scraped),
        fires(
            "its front door is shut",
            {f"up{{{at}}}": 1, f"probe_success{{{door}}}": 0},
            {"job": probe, "instance": f"http://{job}/"},
        ),
        silent("both answer", {f"up{{{at}}}": 1, f"probe_success{{{door}}}": 1}),
        silent("it is not installed", {'up{job="other",instance="other:1"}': 0}),
    ]
    if service.up:
        parts.insert(0, f"{service.up} == 0")
        cases.append(fires("its exporter says so", {f"up{{{at}}}": 1, f"{service.up}{{{at}}}": 0}, scraped))
        cases.append(silent("its exporter reaches it", {f"up{{{at}}}": 1, f"{service.up}{{{at}}}": 1}))
    return Rule(
        name=service.alert,
        expr="\nor ".join(parts),
        hold=DOWN_HOLD,
        severity=service.severity,
        summary=f"{service.title} is down",
        description=f"{service.title} does not answer on {{instance}} (seen by {{job}}).",
        unit="plain",
        dashboard="executive-summary",
        runbook="ServiceDown",
        cases=tuple(cases),
    )


def _exporter() -> Rule:
    host = {"job": "node-exporter", "instance": "node:9100"}
    return Rule(
        name="ExporterDown",
        expr=f'up{{job=~"{"|".join(EXPORTERS)}"}} == 0',
        hold=120,
        severity="warning",
        summary="{job} does not answer",
        description="{job} on {instance} is not reached; its alerts are blind.",
        unit="plain",
        dashboard="executive-summary",
        runbook="ServiceDown",
        cases=(
            fires("node_exporter is gone", {'up{job="node-exporter",instance="node:9100"}': 0}, host),
            silent("it answers", {'up{job="node-exporter",instance="node:9100"}': 1}),
        ),
    )


def _target() -> Rule:
    other = {"job": "vector", "instance": "vector:9598"}
    return Rule(
        name="TargetDown",
        expr=f'up{{job!~"{_KNOWN}"}} == 0',
        hold=120,
        severity="warning",
        summary="{job} does not answer",
        description="{job} on {instance} is not reached.",
        unit="plain",
        dashboard="executive-summary",
        runbook="ServiceDown",
        cases=(
            fires("a target of your own is gone", {'up{job="vector",instance="vector:9598"}': 0}, other),
            silent("it answers", {'up{job="vector",instance="vector:9598"}': 1}),
            silent("a service with a rule of its own is gone", {'up{job="qdrant",instance="qdrant:6333"}': 0}),
        ),
    )


def _probe() -> Rule:
    known = "|".join(service.job + PROBE for service in SERVICES)
    shop = {"job": "blackbox", "instance": "https://wiki.example.org"}
    return Rule(
        name="ProbeFailed",
        expr=f'probe_success{{job!~"{known}"}} == 0',
        hold=60,
        severity="warning",
        summary="{instance} does not answer",
        description="The probe {job} gets no good answer from {instance}.",
        unit="plain",
        dashboard="executive-summary",
        runbook="ServiceDown",
        cases=(
            fires("a page is gone", {'probe_success{job="blackbox",instance="https://wiki.example.org"}': 0}, shop),
            silent("it answers", {'probe_success{job="blackbox",instance="https://wiki.example.org"}': 1}),
        ),
    )

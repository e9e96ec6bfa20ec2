"""What Prometheus scrapes: one row a job."""

from __future__ import annotations

import re
from typing import NamedTuple

from sereno.conventions import SCRAPE_JOB

PROBE = "-probe"
"""Ends the job of a probe of a front door; the rules of `alerts` know it."""
SECRETS = "/run/secrets"
"""Where containers see the secrets."""
_ADDRESS = re.compile(r"[A-Za-z0-9._-]+:[0-9]{1,5}")
_JOB = re.compile(r"[a-z][a-z0-9-]*")


class Target(NamedTuple):
    """One job.

    Attributes:
        job: its name, by which rules and panels know it.
        addresses: HOST:PORT, as Prometheus reaches them.
        interval: how often, "" for as often as all.
        path: where its metrics are.
        secret: name of the secret that it wants as bearer token, "" for none.
        extra: the part of the stack that it belongs to, "" for what always runs.
    """

    job: str
    addresses: tuple[str, ...]
    interval: str = ""
    path: str = "/metrics"
    secret: str = ""
    extra: str = ""


class Door(NamedTuple):
    """A front door that the blackbox exporter knocks at.

    Attributes:
        service: whose.
        url: what must answer 2xx.
    """

    service: str
    url: str


TARGETS = (
    Target(SCRAPE_JOB, ("sereno:11434",), secret="sereno_prometheus"),  # noqa: S106  a file's name
    Target("prometheus", ("localhost:9090",)),
    Target("alertmanager", ("alertmanager:9093",)),
    Target("grafana", ("grafana:3000",)),
    Target("loki", ("loki:3100",)),
    Target("jaeger", ("jaeger:14269",)),
    Target("otel-collector", ("otel-collector:8888", "otel-collector:8889")),
    Target("node-exporter", ("node-exporter:9100",)),
    Target("cadvisor", ("cadvisor:8080",)),
    Target("postgres-exporter", ("postgres-exporter:9187",)),
    Target("blackbox-exporter", ("blackbox-exporter:9115",)),
    Target("nvidia-exporter", ("nvidia-exporter:9400",), extra="gpu-nvidia"),
    Target("ollama-exporter", ("ollama-exporter:9778",), extra="ollama-exporter"),
    Target("llm-agent", ("llm-agent:8000",), interval="10s", secret="agent_token", extra="agent"),  # noqa: S106  likewise
)
"""The services of the stack. Sereno is one target; what it tells of drift is on the same page."""
DOORS = (
    Door(SCRAPE_JOB, "http://sereno:11434/healthz"),
    Door("grafana", "http://grafana:3000/api/health"),
)
EXTRAS = tuple(sorted({target.extra for target in TARGETS if target.extra}))
"""Parts of the stack that are asked for by name."""


def read_target(text: str) -> Target:
    """A service of one's own, as `JOB=HOST:PORT[/PATH][@INTERVAL]`.

    >>> read_target("learning-engine=learning-engine:8003@60s")
    Target(job='learning-engine', addresses=('learning-engine:8003',), interval='60s', path='/metrics', secret='', extra='')

    Raises:
        ValueError: it is none, or has the name of a job of the stack.
    """  # noqa: E501  an example is one line
    job, _, rest = text.partition("=")
    where, _, interval = rest.partition("@")
    address, slash, path = where.partition("/")
    if not _JOB.fullmatch(job) or not _ADDRESS.fullmatch(address) or not re.fullmatch(r"([0-9]+(ms|[smh]))?", interval):
        raise ValueError(f"{text!r} is no target; expected JOB=HOST:PORT[/PATH][@INTERVAL], for instance api=api:8000")
    if job in {target.job for target in TARGETS} or job.endswith(PROBE):
        raise ValueError(f"the job {job} is one of the stack's own; give another name")
    return Target(job, (address,), interval, slash + path if slash else "/metrics")

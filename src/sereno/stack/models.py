"""The services that always run: a model server, Sereno before it, its store."""

from __future__ import annotations

from typing import Any

from sereno.stack.images import IMAGES, own_image
from sereno.stack.plan import Plan
from sereno.stack.service import Service, secret

NEVER_PULLED = {"pull_policy": "never"}
"""Sereno's image is built here; a name that is not there must not be looked up at a registry."""
_READY = "import urllib.request as u; u.urlopen('http://127.0.0.1:11434/readyz', timeout=5)"
_GPU = {
    "deploy": {
        "resources": {"reservations": {"devices": [{"driver": "nvidia", "count": "all", "capabilities": ["gpu"]}]}}
    }
}


def models(plan: Plan) -> tuple[Service, ...]:
    """Those services."""
    return (_sereno(plan), _ollama(plan), _postgres(), _exporter(plan), _agent(plan))


def _sereno(plan: Plan) -> Service:
    tracing = "${SERENO_TRACING_ENDPOINT:-http://otel-collector:4318}"
    return Service(
        name="sereno",
        image=own_image(plan.version),
        entrypoint=("/bin/sh", "/etc/sereno/start.sh"),
        environment={"SERENO_TRACING_ENDPOINT": tracing},
        volumes=(
            "sereno:/data",
            "./stack/sereno.toml:/etc/sereno/sereno.toml:ro",
            "./stack/start.sh:/etc/sereno/start.sh:ro",
        ),
        ports=(11434, 8004),
        secrets=("sereno_keys", "postgres_password"),
        needs={"postgres": True, "ollama": False},
        health=("python", "-c", _READY),
        profile="",
        other={**NEVER_PULLED, "networks": {"default": {"aliases": ["drift-monitor"]}}, "stop_grace_period": "45s"},
    )


def _ollama(plan: Plan) -> Service:
    gpu: dict[str, Any] = _GPU if "gpu-nvidia" in plan.extras else {}
    return Service(
        name="ollama",
        image=IMAGES["ollama"],
        environment={"OLLAMA_MODELS": "/models"},
        volumes=("ollama:/models",),
        health=("ollama", "list"),
        profile="",
        other=gpu,
    )


def _postgres() -> Service:
    return Service(
        name="postgres",
        image=IMAGES["postgres"],
        environment={
            "POSTGRES_DB": "ai_platform",
            "POSTGRES_USER": "ai_user",
            "POSTGRES_PASSWORD_FILE": secret("postgres_password"),
        },
        volumes=("postgres:/var/lib/postgresql",),
        secrets=("postgres_password",),
        health=("pg_isready", "-U", "ai_user", "-d", "ai_platform"),
        profile="",
        other={"shm_size": "256mb"},
    )


def _exporter(plan: Plan) -> Service:
    """What an Ollama says of itself, where no gateway is before it."""
    return Service(
        name="ollama-exporter",
        image=own_image(plan.version),
        command=(
            "exporter", "--upstream", "http://ollama:11434", "--listen", "0.0.0.0:9778",
            "--allowed-host", "ollama-exporter",
        ),
        environment={"SCRAPE_INTERVAL": "${SCRAPE_INTERVAL:-15}"},
        needs={"ollama": False},
        profile="ollama-exporter",
        other=dict(NEVER_PULLED),
    )  # fmt: skip


def _agent(plan: Plan) -> Service:
    return Service(
        name="llm-agent",
        image=own_image(plan.version),
        command=("agent", "--agent", "0.0.0.0:8000", "--gateway", "http://sereno:11434"),
        environment={
            "SERENO_AGENT_KEY_FILE": secret("sereno_agent"),
            "SERENO_AGENT_TOKEN_FILE": secret("agent_token"),
            "SERENO_AGENT_ALLOWED_HOSTS": "llm-agent",
            "SERENO_TRACING_ENDPOINT": "${SERENO_TRACING_ENDPOINT:-http://otel-collector:4318}",
        },
        ports=(8000,),
        secrets=("sereno_agent", "agent_token"),
        needs={"sereno": True},
        profile="agent",
        other=dict(NEVER_PULLED),
    )

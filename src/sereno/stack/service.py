"""One service of the compose stack, as the compose specification writes it.

Reference: https://github.com/compose-spec/compose-spec/blob/main/05-services.md
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.stack.target import SECRETS

MONITORING = "monitoring"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """A container.

    Attributes:
        name: of the service, and its host name for the others.
        image: pinned.
        command: what it is told, nothing for what its image says.
        entrypoint: likewise.
        environment: variables.
        volumes: `SOURCE:PLACE[:ro]`.
        ports: ports opened on this machine, container's side.
        secrets: files below `/run/secrets`.
        needs: services that must be healthy (True) or started (False) first.
        health: command that tells whether it works; () where its image has nothing to ask with, and its scrape tells.
        profile: "" for what always runs.
        other: further keys of the specification.
    """

    name: str
    image: str
    command: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    environment: dict[str, str] = msgspec.field(default_factory=dict)
    volumes: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    secrets: tuple[str, ...] = ()
    needs: dict[str, bool] = msgspec.field(default_factory=dict)
    health: tuple[str, ...] = ()
    profile: str = MONITORING
    other: dict[str, Any] = msgspec.field(default_factory=dict)


def rendered(service: Service, bind: str) -> dict[str, Any]:
    """The service's mapping in the compose file.

    Args:
        service: what to render.
        bind: address of this machine on which its ports are opened.
    """
    out: dict[str, Any] = {"image": service.image}
    if service.profile:
        out["profiles"] = [service.profile]
    out["restart"] = "unless-stopped"
    given = {
        "entrypoint": list(service.entrypoint),
        "command": list(service.command),
        "environment": service.environment,
        "volumes": list(service.volumes),
        "ports": [f"{bind}:{port}:{port}" for port in service.ports],
        "secrets": list(service.secrets),
        "depends_on": {
            name: {"condition": "service_healthy" if healthy else "service_started"}
            for name, healthy in service.needs.items()
        },
    }
    out |= {key: value for key, value in given.items() if value}
    if service.health:
        out["healthcheck"] = {
            "test": ["CMD", *service.health], "interval": "15s", "timeout": "10s", "retries": 5, "start_period": "60s",
        }  # fmt: skip
    out["security_opt"] = ["no-new-privileges:true"]
    out["logging"] = {"driver": "json-file", "options": {"max-size": "10m", "max-file": "3"}}
    return out | service.other


def wget(url: str) -> tuple[str, ...]:
    """Ask by BusyBox's wget, which these images have."""
    return ("wget", "-q", "-O", "/dev/null", url)


def secret(name: str) -> str:
    """Where a container sees a secret."""
    return f"{SECRETS}/{name}"

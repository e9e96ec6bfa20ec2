"""The compose file of all services, and the variables that it is started with."""

from __future__ import annotations

from typing import Any

from sereno.stack.exporters import exporters
from sereno.stack.models import models
from sereno.stack.monitoring import monitoring
from sereno.stack.plan import Plan
from sereno.stack.service import MONITORING, Service, rendered
from sereno.stack.yaml_text import HEADER, yaml_text

SECRETS = "./stack/secrets"


def services(plan: Plan) -> tuple[Service, ...]:
    """All services of the stack, in the order of the file."""
    return (*models(plan), *monitoring(plan), *exporters())


def compose(plan: Plan) -> str:
    """`compose.yaml`."""
    all_of_them = services(plan)
    volumes = {name for service in all_of_them for name in _named(service)}
    secrets = {name for service in all_of_them for name in service.secrets}
    document: dict[str, Any] = {
        "name": "sereno",
        "services": {service.name: rendered(service, plan.bind) for service in all_of_them},
        "volumes": {name: {} for name in sorted(volumes)},
        "secrets": {name: {"file": f"{SECRETS}/{name}"} for name in sorted(secrets)},
    }
    return yaml_text(document)


def environment(plan: Plan) -> str:
    """`.env`: which profiles run when nothing else is said."""
    profiles = ",".join((MONITORING, *sorted(plan.extras)))
    return f"{HEADER}COMPOSE_PROFILES={profiles}\n"


def _named(service: Service) -> list[str]:
    """The volumes that are no folder of this machine."""
    return [source for source in (volume.partition(":")[0] for volume in service.volumes) if source[0] not in "./"]

"""The stack at the edge: settings in, a folder that docker compose starts out."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from sereno.assembly.alerts import alertmanager_files, rule_files
from sereno.assembly.limits import limits_by
from sereno.assembly.slo import load as load_objectives
from sereno.config.table import Settings
from sereno.dashboards.build import built
from sereno.dashboards.provisioning import Sources
from sereno.errors import ConfigError
from sereno.slo.compile import compiled
from sereno.stack.files import FOLDER, files
from sereno.stack.plan import Plan
from sereno.stack.secrets import FILES, secrets

KEEPER = "http://sereno:8004"
ALERTS_KEY = Path("/etc/alertmanager/secrets/sereno")
GRAFANA = "http://localhost:3000"


def stack_files(settings: Settings, plan: Plan) -> dict[str, str]:
    """The text of every file, by path below the output folder: the stack, its rules, objectives and dashboards.

    Raises:
        ConfigError: a setting or an objective is wrong; says what.
    """
    alerting = msgspec.structs.replace(
        settings.alerting,
        keeper_url=KEEPER,
        keeper_key_file=ALERTS_KEY,
        grafana_url=settings.alerting.grafana_url or GRAFANA,
    )
    inside = msgspec.structs.replace(settings, alerting=alerting)
    parts = {
        f"{FOLDER}/": alertmanager_files(inside, Path("alertmanager.yml")),
        "alerts/": rule_files(inside),
        "slo/": compiled(load_objectives(settings.slo.specs)),
        "grafana/": built(limits_by(settings.thresholds), Sources(scrape=plan.interval)),
    }
    return files(plan) | {folder + path: text for folder, part in parts.items() for path, text in part.items()}


def write_secrets(folder: Path, now: float, random: Callable[[int], bytes] = os.urandom) -> list[str]:
    """Make the secrets that are missing, readable by the containers and by nobody else who may not enter the folder.

    Args:
        folder: of the stack.
        now: epoch seconds.
        random: gives so many random bytes.

    Returns:
        The files made, by path below the folder of secrets.

    Raises:
        ConfigError: they cannot be written, or some of Sereno's keys are missing.
    """
    place = folder / FOLDER / "secrets"
    try:
        made = secrets([name for name in FILES if (place / name).exists()], random, now)
        place.mkdir(parents=True, exist_ok=True)
        place.chmod(0o700)
        for name, text in made.items():
            target = place / name
            target.parent.mkdir(exist_ok=True)
            if target.parent != place:
                target.parent.chmod(0o755)  # mounted as a whole; who may not enter its parent cannot reach it
            # Docker shows the file with its own owner and mode, and containers run as users of their own.
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            target.chmod(0o444)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    except OSError as error:
        raise ConfigError(f"{place} cannot hold the secrets: {error.strerror}; give another folder with -o") from None
    return list(made)

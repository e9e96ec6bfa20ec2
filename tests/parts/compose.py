"""Docker compose's own check of a compose file, which needs no daemon."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def command() -> list[str]:
    """How it is called; without it the test is left out, in one line that says why."""
    for found in (["docker-compose"], ["docker", "compose"]):
        if shutil.which(found[0]) and _version(found).startswith(("2.", "v2.", "5.", "v5.")):
            return found
    pytest.skip("not run: docker compose is not on PATH")


def check(folder: Path, profiles: str) -> subprocess.CompletedProcess[str]:
    """`config` on the folder's compose file with these profiles."""
    environment = {**os.environ, "COMPOSE_PROFILES": profiles}
    return subprocess.run(
        [*command(), "-f", "compose.yaml", "config", "-q"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def _version(call: list[str]) -> str:
    done = subprocess.run([*call, "version", "--short"], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout.strip() if done.returncode == 0 else ""

"""Runs commands as a person would, in processes of their own, away from this machine's settings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SERENO_", "XDG_"))}
    return {**kept, "HOME": str(home), "NO_COLOR": "1", "COLUMNS": "80", "TZ": "UTC"}


@pytest.fixture
def sereno(home: Path, environment: dict[str, str]) -> Run:
    """`sereno("keys", "list")` → the finished process; `env` adds variables."""

    def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-P", "-m", "sereno", *arguments],
            cwd=home,
            env={**environment, **(env or {})},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run

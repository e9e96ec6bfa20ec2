"""The make targets of the drift document: with docker they drive the stack, without it Sereno itself."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.timeout(200)
ROOT = Path(__file__).parents[2]
TARGETS = (
    "grafana", "grafana-start", "grafana-stop", "grafana-ui",
    "drift", "drift-start", "drift-stop", "drift-logs", "drift-check", "drift-metrics",
)  # fmt: skip


class Person:
    """Someone who types `make`, with or without a docker that runs, and a browser that notes what it opens."""

    def __init__(self, home: Path, *, docker: bool) -> None:
        ports = []
        with socket.socket() as one, socket.socket() as two, socket.socket() as three:
            for free in (one, two, three):
                free.bind(("127.0.0.1", 0))
                ports.append(free.getsockname()[1])
        self.keeper = f"127.0.0.1:{ports[0]}"
        self.data = home / "data"
        self.did = home / "did"
        self.did.touch()
        tools = home / "bin"
        tools.mkdir()
        for name, code in (("docker", 0 if docker else 1), ("xdg-open", 0)):
            (tools / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.did}"\nexit {code}\n')
            (tools / name).chmod(0o755)
        mine = {key: value for key, value in os.environ.items() if not key.startswith(("SERENO_", "MAKE"))}
        self.environment = mine | {
            "PATH": f"{tools}:{os.environ['PATH']}", "HOME": str(home), "SERENO_DATA": str(self.data),
            "SERENO_KEEPER_LISTEN": self.keeper, "SERENO_GATEWAY_LISTEN": f"127.0.0.1:{ports[1]}",
            "SERENO_UPSTREAM": f"http://127.0.0.1:{ports[2]}",
        }  # fmt: skip

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "--no-print-directory", "-o", ".venv/.synced", target],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=150, check=False,
        )  # fmt: skip

    def done(self, tool: str) -> list[str]:
        """What a tool was asked, questions whether it runs left out."""
        said = [line.partition(" ") for line in self.did.read_text("utf-8").splitlines()]
        return [what for name, _, what in said if name == tool and what != "info"]


@pytest.fixture
def alone(tmp_path: Path) -> Any:
    person = Person(tmp_path, docker=False)
    yield person
    person.make("drift-stop")


def test_the_drift_ones_drive_a_sereno_of_this_machine(alone: Person) -> None:
    begun = alone.make("drift")
    assert begun.returncode == 0, begun.stderr
    assert f"http://{alone.keeper}/drift/summary" in begun.stdout
    again = alone.make("drift-start")
    assert (again.returncode, again.stdout[:13]) == (0, "It runs alrea")

    metrics = alone.make("drift-metrics")
    assert metrics.returncode == 0
    names = {re.split(r"[{ ]", line)[0] for line in metrics.stdout.splitlines()}
    assert {"drift_checks_total", "drift_detected_total", "finetuning_triggers_total"} <= names
    assert all(name.startswith(("drift_", "finetuning_")) for name in names)

    # Nothing was recorded yet: what the keeper says reaches the reader, not curl's number alone.
    check = alone.make("drift-check")
    assert check.returncode != 0
    assert "No reference is in use" in check.stdout

    logs = alone.make("drift-logs")
    assert "is up" in logs.stdout
    alone.make("grafana-ui")
    assert alone.done("xdg-open") == [f"http://{alone.keeper}/sereno/drift"]

    assert alone.make("drift-stop").stdout == "Stopped.\n"
    gone = alone.make("drift-metrics")
    assert gone.returncode != 0
    assert f"Nothing answers at http://{alone.keeper}: make drift-start" in gone.stderr
    assert alone.make("drift-stop").stdout == "It does not run.\n"


def test_one_that_cannot_start_says_why(alone: Person) -> None:
    port = alone.keeper.partition(":")[2]
    with socket.create_server(("127.0.0.1", int(port))):
        refused = alone.make("drift-start")
    assert refused.returncode != 0
    assert f"port {port} on 127.0.0.1 is taken" in refused.stderr
    assert alone.make("drift-stop").stdout == "It does not run.\n"


def test_the_grafana_ones_say_what_docker_would_start(alone: Person) -> None:
    for target, told in (("grafana-start", "Grafana (3000)"), ("grafana", "Grafana (3000)"), ("grafana-stop", "stop")):
        done = alone.make(target)
        assert (done.returncode, told in done.stdout) == (0, True), done
    assert alone.make("drift-logs").stdout.startswith("There is no log yet")
    assert f"Nothing answers at http://{alone.keeper} yet: make drift-start" in alone.make("grafana-ui").stdout
    assert alone.done("xdg-open") == []  # no page of an error
    assert alone.done("docker") == []


COMPOSE = "compose --project-directory deploy -f deploy/compose.yaml "
ASKED = {
    "grafana": "up -d prometheus grafana", "grafana-start": "up -d prometheus grafana",
    "grafana-stop": "stop prometheus grafana", "drift": "up -d sereno", "drift-start": "up -d sereno",
    "drift-stop": "stop sereno", "drift-logs": "logs --tail 100 sereno",
}  # fmt: skip


def test_with_docker_they_drive_the_stack(tmp_path: Path) -> None:
    person = Person(tmp_path, docker=True)
    for target, words in ASKED.items():
        before = len(person.done("docker"))
        assert person.make(target).returncode == 0
        assert person.done("docker")[before:] == [COMPOSE + words], target
    services = (ROOT / "deploy" / "compose.yaml").read_text("utf-8")
    assert all(f"\n  {name}:\n" in services for name in ("prometheus", "grafana", "sereno"))
    assert person.make("grafana-ui").returncode == 0
    assert set(person.done("xdg-open")) == {"http://127.0.0.1:3000/d/drift-overview"}


def test_all_ten_are_listed() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(TARGETS) <= {line.split()[1] for line in shown.splitlines() if line.startswith("  make ")}

"""The stack a user has: a model server, gateway and keeper in front of it, as processes.

The model server is the demo's (a real model in llama.cpp), or a real Ollama where `real-ollama` or `ollama` is on PATH
(tests with the mark `real_ollama`).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest


class Stack(NamedTuple):
    """Gateway's address in front of a model server, the model to ask, and how to read the record."""

    url: str
    model: str

    def calls(self, agent_or_text: str, wanted: int = 1) -> list[dict[str, Any]]:
        """The recorded calls whose prompt holds a text, once there are so many."""
        deadline = time.monotonic() + 20
        while True:
            query = {"search": agent_or_text, "limit": "100"}
            answer = httpx.get(f"{self.url}/analytics/messages", params=query, timeout=10)
            answer.raise_for_status()
            found: list[dict[str, Any]] = answer.json()
            if len(found) >= wanted or time.monotonic() > deadline:
                return found
            time.sleep(0.05)


@contextmanager
def process(command: Sequence[str], ready: str, log: Path, **more: Any) -> Iterator[None]:
    """A child that answers at `ready`, ended by its own id."""
    with log.open("wb") as out:
        child = subprocess.Popen(list(command), stdout=out, stderr=out, stdin=subprocess.DEVNULL, **more)
    try:
        _wait(ready, log, child)
        yield
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _wait(ready: str, log: Path, child: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + 90
    while not _answers(ready):
        assert child is None or child.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        assert time.monotonic() < deadline, f"{ready} does not answer: {log.read_text('utf-8', 'replace')[-2000:]}"
        time.sleep(0.05)


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    """A port that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def watched(upstream: str, folder: Path) -> Iterator[str]:
    """`sereno up` in front of a model server; the gateway's URL."""
    port, keeper = free_port(), free_port()
    command = [sys.executable, "-m", "sereno", "up", "--listen", f"127.0.0.1:{port}", "--keeper", f"127.0.0.1:{keeper}"]
    command += ["--upstream", upstream, "--data", str(folder / "data")]
    log = folder / "up.log"
    # The gateway answers a second or more before the keeper, on a slow machine several: calls are recorded from the
    # first one on, but the record can only be asked for once the keeper is there.
    with process(command, f"http://127.0.0.1:{keeper}/readyz", log):
        _wait(f"http://127.0.0.1:{port}/readyz", log)
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def demo_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sereno in front of the demo's model server."""
    folder, port = tmp_path_factory.mktemp("demo-stack"), free_port()
    command = [sys.executable, "-m", "sereno", "demo", "--serve", str(port)]
    with (
        process(command, f"http://127.0.0.1:{port}/", folder / "model.log"),
        watched(f"http://127.0.0.1:{port}", folder) as url,
    ):
        yield Stack(url, "smollm2:135m")


@pytest.fixture(scope="session")
def ollama_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Sereno in front of a real Ollama."""
    program = shutil.which("real-ollama")
    own = shutil.which("ollama")
    if program is None and own is None:
        pytest.skip("neither real-ollama nor ollama is on PATH")
    folder, port = tmp_path_factory.mktemp("ollama-stack"), free_port()
    command = [program, str(port)] if program else [str(own), "serve"]
    environment = {**os.environ, "OLLAMA_HOST": f"127.0.0.1:{port}"}
    with process(command, f"http://127.0.0.1:{port}/", folder / "ollama.log", env=environment):
        model = _a_model(f"http://127.0.0.1:{port}")
        with watched(f"http://127.0.0.1:{port}", folder) as url:
            yield Stack(url, model)


def _a_model(url: str) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        names = [item["name"] for item in httpx.get(f"{url}/api/tags", timeout=10).json()["models"]]
        if "smollm2:135m" in names:
            return "smollm2:135m"
        if names and shutil.which("real-ollama") is None:
            return str(names[0])
        time.sleep(0.2)
    pytest.skip("the Ollama on PATH has no model installed")


@pytest.fixture(params=["demo", pytest.param("ollama", marks=pytest.mark.real_ollama)])
def stack(request: pytest.FixtureRequest) -> Stack:
    """Both model servers in turn."""
    found: Stack = request.getfixturevalue(f"{request.param}_stack")
    return found


@pytest.fixture
def word(request: pytest.FixtureRequest) -> Callable[[], str]:
    """A word no other prompt has, to find the calls of a test by."""
    base = "".join(letter for letter in request.node.name if letter.isalnum())
    count = iter(range(1000))
    return lambda: f"{base}x{next(count)}"

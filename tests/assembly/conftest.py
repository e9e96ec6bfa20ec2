"""A fake model server, and `sereno up` before it, ended with the test."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from assembly.supervised import DEADLINE, ModelServer, Up


@pytest.fixture
def model_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ModelServer)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    ModelServer.may_finish.set()
    ModelServer.began.clear()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    ModelServer.may_finish.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def up(tmp_path: Path, model_server: str) -> Iterator[Callable[..., Up]]:
    """`up()` starts it on free ports; arguments are added."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SERENO_", "XDG_"))}
    environment |= {"HOME": str(tmp_path), "NO_COLOR": "1"}
    started: list[Up] = []

    def start(*arguments: str) -> Up:
        ports = () if "--listen" in arguments else ("--listen", "127.0.0.1:0")
        keeper = () if "--keeper" in arguments else ("--keeper", "127.0.0.1:0")
        started.append(Up(environment, tmp_path, *ports, *keeper, "--upstream", model_server, *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.process.send_signal(signal.SIGTERM)
    for one in started:
        try:
            one.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            one.process.kill()
            one.process.wait()
        assert one.process.stdout is not None
        one.process.stdout.close()

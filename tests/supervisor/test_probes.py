"""Ready checks say yes only to what serves."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from sereno.journal.status import StatusFile
from sereno.supervisor.probes import http_answers, worker_alive


@pytest.fixture
def port() -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/readyz" else 503)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_http(port: int) -> None:
    assert http_answers("127.0.0.1", port, "/readyz")()
    assert not http_answers("127.0.0.1", port, "/other")()


def test_http_where_nobody_or_nothing_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        assert not http_answers("127.0.0.1", sock.getsockname()[1], "/readyz", timeout=0.05)()
        port = sock.getsockname()[1]
    assert not http_answers("127.0.0.1", port, "/readyz")()


def test_worker(tmp_path: Path) -> None:
    path = tmp_path / "worker-0.status"
    assert not worker_alive(path)()
    status = StatusFile(path, 0)
    assert worker_alive(path)()
    status.close()
    assert not worker_alive(path)()
    path.write_bytes(b"broken")
    assert not worker_alive(path)()

"""A taken port is noticed, and an Ollama on it gets the two lines that help."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from sereno.errors import ConfigError
from sereno.supervisor.listen import listen, ollama_version


@contextmanager
def answering(path: str, body: bytes) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == path else 404)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_it_listens_and_children_may_inherit_it() -> None:
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT) == 0


def test_an_ollama_on_the_port_is_named_with_the_way_out() -> None:
    # Ollama 0.24.0 answers GET /api/version with this body.
    with (
        answering("/api/version", b'{"version":"0.24.0"}') as port,
        pytest.raises(ConfigError) as failed,
    ):
        listen("127.0.0.1", port, patience=60)
    first, second = str(failed.value).splitlines()
    assert f"port {port} is taken by an Ollama 0.24.0" in first
    assert "OLLAMA_HOST=127.0.0.1:11435" in second


@pytest.mark.parametrize("body", [b"[]", b'{"version":3}', b"\xff", b"{}", json.dumps({"version": None}).encode()])
def test_something_else_on_the_port_is_not_taken_for_an_ollama(body: bytes) -> None:
    with (
        answering("/api/version", body) as port,
        pytest.raises(ConfigError, match=rf"port {port} on 127.0.0.1 is taken \(see `ss -ltnp sport = :{port}`\)"),
    ):
        listen("127.0.0.1", port)


def test_it_waits_for_a_predecessor_that_is_about_to_end() -> None:
    taken = listen("127.0.0.1", 0)
    port = taken.getsockname()[1]
    timer = threading.Timer(0.3, taken.close)
    timer.start()
    with listen("127.0.0.1", port, patience=30) as sock:
        assert sock.getsockname()[1] == port
    timer.join()


def test_silence_on_the_port_is_no_ollama() -> None:
    with listen("127.0.0.1", 0) as sock:
        assert ollama_version("127.0.0.1", sock.getsockname()[1], timeout=0.05) is None


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("192.0.2.1", "192.0.2.1 is not an address of this machine"),  # RFC 5737: documentation only
        ("no such name.invalid", "cannot listen on no such name.invalid:0"),
    ],
)
def test_an_address_that_is_not_ours_is_named(host: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)):
        listen(host, 0)

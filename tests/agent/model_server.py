"""A model server for tests: OpenAI's chat completions, told what to answer, and killable."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Semaphore, Thread
from typing import Any


class Served:
    """What it was asked; `answers` are (status, document) given in turn before ordinary ones.

    With `gateway` it says that it is a Sereno gateway and takes `words` of feedback, answered by `refusals` in turn.
    A stream sends the events of `streams`, given in turn, each when `go` lets it: every piece of it takes a permit.
    """

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[tuple[int, Any]] = []
        self.url = ""
        self.streams: list[list[bytes]] = []
        self.go = Semaphore(0)
        self.hung_up = Event()
        self.gateway = False
        self.words: list[dict[str, Any]] = []
        self.refusals: list[int] = []


@contextmanager
def model_server(port: int = 0) -> Iterator[Served]:
    served = Served()
    connections: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            connections.append(self.connection)

        def do_GET(self) -> None:
            if served.gateway and self.path == "/healthz":
                return self._answer(200, {"keeper": "up", "policy": "none", "worker": 0})
            listed = {"object": "list", "data": [{"id": "tiny", "object": "model"}]}
            return self._answer(*((200, listed) if self.path == "/v1/models" else (404, {"error": "not found"})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if self.path == "/sereno/api/feedback":
                served.words.append(body | {"by": self.headers["user-agent"]})
                refused = served.refusals.pop(0) if served.refusals else 200
                return self._answer(refused, {"detail": "no"} if refused >= 400 else body)
            served.asked.append(body)
            served.headers.append({name.lower(): value for name, value in self.headers.items()})
            if body.get("stream") and not served.answers:
                return self._stream(served.streams.pop(0))
            said = f"answer {len(served.asked)}"
            ordinary = {
                "id": "chatcmpl-7", "object": "chat.completion", "created": 1, "model": body["model"],
                "choices": [{"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
            }  # fmt: skip
            return self._answer(*(served.answers.pop(0) if served.answers else (200, ordinary)))

        def _stream(self, events: list[bytes]) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.close_connection = True
            for event in events:
                served.go.acquire(timeout=30)
                try:
                    self.wfile.write(b"data: " + event + b"\n\n")
                except OSError:
                    served.hung_up.set()
                    return

        def _answer(self, status: int, document: Any) -> None:
            raw = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the standard library
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that hangs up is part of the tests."""

    server = Server(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        for connection in connections:  # as the kernel does for a process that was killed
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

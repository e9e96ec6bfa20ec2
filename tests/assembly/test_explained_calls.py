"""Explanations by a model, through the real gateway: their calls are Sereno's own, and end when the reader leaves."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from assembly.supervised import DEADLINE, Up, eventually

NOISE = random.Random(7)
FIELDS = [
    {"name": "time", "type": "time", "values": [1_793_000_000_000 + 60_000 * index for index in range(60)]},
    {"name": "p95", "type": "number", "unit": "s", "values": [10.0, *(NOISE.gauss(2.0, 0.05) for _ in range(59))]},
]
QUESTION = {"frames": [{"fields": FIELDS}], "analysis": "anomalies"}


class Model(BaseHTTPRequestHandler):
    """Ollama's API. `tells` answers at once, `endless` one word and then nothing, for as long as it is listened to."""

    protocol_version = "HTTP/1.1"
    heads: list[dict[str, str]] = []  # noqa: RUF012  of the class: the server makes a handler for each connection
    left = threading.Event()

    def do_GET(self) -> None:
        self._whole({"version": "0.24.0", "models": [{"name": "tells", "size": 1}]})

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/api/show":
            self._whole({"capabilities": ["completion"]})
            return
        self.heads.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(200)
        self.send_header("content-type", "application/x-ndjson")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self._chunk({"model": asked["model"], "message": {"role": "assistant", "content": "p95 rose."}, "done": False})
        if asked["model"] == "endless":
            self.connection.settimeout(DEADLINE)
            if self.connection.recv(1) == b"":
                self.left.set()
            self.close_connection = True
            return
        self._chunk({"model": asked["model"], "done": True, "prompt_eval_count": 9, "eval_count": 3})
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, item: dict[str, Any]) -> None:
        line = json.dumps(item).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))

    def _whole(self, said: object) -> None:
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def model_server() -> Iterator[str]:
    Model.heads, Model.left = [], threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Model)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def running(up: Callable[..., Up]) -> Up:
    with socket.socket() as free:  # the keeper must know the gateway's port, so it is chosen here
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return up("--listen", f"127.0.0.1:{port}").wait_ready()


@contextmanager
def explaining(keeper: str, model: str) -> Iterator[httpx.Response]:
    with (
        httpx.Client(timeout=DEADLINE, trust_env=False) as client,
        client.stream("POST", f"{keeper}/sereno/api/explain", json=QUESTION | {"model": model}) as response,
    ):
        assert response.status_code == 200
        yield response


def figures(page: str, name: str) -> float:
    """The sum of a counter's children."""
    lines = [line for line in page.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines)


def test_an_explanations_call_is_marked_and_not_counted_as_a_users(running: Up) -> None:
    with explaining(running.keeper, "tells") as response:
        events = [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]
    told = "".join(json.loads(event)["text"] for event in events if event.startswith('{"text"'))
    assert (told, json.loads(events[-1])["model"]) == ("p95 rose.", "tells"), events
    body = {"model": "tells", "messages": [{"role": "user", "content": "hi"}]}
    assert httpx.post(f"{running.gateway}/api/chat", json=body, timeout=DEADLINE).status_code == 200

    def page() -> str:
        return httpx.get(f"{running.keeper}/metrics", timeout=DEADLINE).text

    counted = eventually(lambda: figures(page(), "llm_requests_total") and page(), "the user's call is counted")
    # Which API it is, whether the model sees, the words.
    eventually(lambda: figures(page(), "sereno_internal_requests_total") == 3, "the explanation's calls counted apart")
    assert figures(counted, "llm_requests_total") == 1
    assert figures(page(), "llm_requests_total") == 1
    assert figures(page(), "llm_tokens_used_total") == 12  # 9 and 3, once

    messages = httpx.get(f"{running.keeper}/analytics/messages", timeout=DEADLINE).json()
    assert [one["prompt"] for one in messages] == ["hi"], messages
    assert httpx.get(f"{running.keeper}/analytics/aggregations", timeout=DEADLINE).json()["total_messages"] == 1
    assert len(Model.heads) == 2  # the explanation's chat and the user's
    assert all(not any("sereno" in name for name in head) for head in Model.heads)


def test_a_reader_who_leaves_ends_the_models_work(running: Up) -> None:
    with explaining(running.keeper, "endless") as response:
        seen = b""
        for piece in response.iter_raw():
            seen += piece
            if b"event: text" in seen:
                break
        assert not Model.left.is_set()
    assert Model.left.wait(DEADLINE)

    def told() -> Any:
        return httpx.get(f"{running.keeper}/sereno/api/explain/history", timeout=DEADLINE).json()

    (kept,) = eventually(told, "what the reader had seen is remembered")
    assert kept["text"].startswith("p95")

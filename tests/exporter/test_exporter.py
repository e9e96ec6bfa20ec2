"""The stand-alone exporter against what a real Ollama 0.24.0 answered (tests/captures)."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as text

from sereno.exporter.poller import Exporter
from sereno.exporter.serve import respond
from sereno.models.poll import Poller, Target

CAPTURES = next(path.parent for path in sorted(Path(__file__).parents[1].rglob("ps_two_loaded.json")))


def recorded(name: str) -> tuple[int, bytes]:
    raw = b"".join(
        base64.b64decode(part) for _, part in json.loads((CAPTURES / f"{name}.json").read_text())["response"]
    )
    head, _, body = raw.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


OLLAMA = {"/api/version": "version_get", "/api/tags": "tags_get", "/api/ps": "ps_two_loaded"}


class Server:
    """Answers with (status, body) by path."""

    def __init__(self, answers: dict[str, tuple[int, bytes]]) -> None:
        self.answers = answers
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = outer.answers.get(self.path, (404, b"404 page not found"))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def ollama() -> Iterator[Server]:
    server = Server({path: recorded(name) for path, name in OLLAMA.items()})
    yield server
    server.close()


def samples(exporter: Exporter) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    body, kind = exporter.exposition("")
    assert kind.startswith("text/plain")
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value for f in text(body.decode()) for s in f.samples
    }  # fmt: skip


def test_a_recorded_ollama_becomes_its_gauges(ollama: Server) -> None:
    exporter = Exporter([Target(name="gpu", url=ollama.url)], 15)
    exporter.poll()
    found = samples(exporter)

    def value(name: str, **labels: str) -> float:
        return found[name, tuple(sorted({"upstream": "gpu", **labels}.items()))]

    tags = json.loads(recorded("tags_get")[1])["models"]
    ps = json.loads(recorded("ps_two_loaded")[1])["models"]
    assert value("ollama_up") == 1
    assert value("ollama_info", version="0.24.0") == 1
    assert value("ollama_models_total") == len(tags) == 2
    assert value("ollama_total_size_bytes") == sum(model["size"] for model in tags)
    for model in tags:
        assert value("ollama_model_size_bytes", model=model["name"]) == model["size"]
    for model in ps:
        assert value("ollama_model_loaded", model=model["name"]) == 1
        assert value("ollama_model_memory_bytes", model=model["name"]) == model["size"]
        assert value("ollama_model_vram_bytes", model=model["name"]) == model["size_vram"] == 0
    assert value("ollama_model_loaded", model="smollm2:135m-lora1") == 0
    list(openmetrics(exporter.exposition("application/openmetrics-text")[0].decode()))  # type: ignore[no-untyped-call]


def test_a_dead_server_is_down_and_everything_else_absent() -> None:
    server = Server({})
    server.close()
    exporter = Exporter([Target(name="gone", url=server.url)], 15)
    exporter.poll()
    names = {name for name, _ in samples(exporter)}
    assert names == {"sereno_build_info", "ollama_up", "ollama_poll_duration_seconds", "sereno_upstream_up"}
    assert samples(exporter)["ollama_up", (("upstream", "gone"),)] == 0


def test_a_server_with_openais_api_alone_has_no_ollama_metrics() -> None:
    server = Server({"/v1/models": recorded("v1_models")})
    poller = Poller(Target(name="vllm", url=server.url))
    state = poller.poll()
    poller.close()
    server.close()
    assert (state.up, state.api) == (True, "openai")
    assert [model.name for model in state.installed or ()] == ["smollm2:135m", "smollm2:135m-lora1"]


def test_a_server_that_falls_is_still_known_for_an_ollama(ollama: Server) -> None:
    poller = Poller(Target(name="gpu", url=ollama.url))
    assert poller.poll().up
    ollama.answers["/api/version"] = (500, b"oops")
    state = poller.poll()
    poller.close()
    assert (state.up, state.api) == (False, "ollama")
    assert state.error is not None
    assert "500" in state.error


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'{"models":{}}', b'{"models":[{"name":5}]}', b"\xff\xfe", b"[" * 100_000]
)
def test_garbage_in_a_list_leaves_it_unknown(ollama: Server, body: bytes) -> None:
    ollama.answers["/api/tags"] = (200, body)
    poller = Poller(Target(name="gpu", url=ollama.url))
    state = poller.poll()
    poller.close()
    assert state.up
    assert state.installed is None
    assert state.loaded is not None


def test_an_answer_without_end_is_cut_off(ollama: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sereno.models.poll.MAX_BYTES", 1000)
    ollama.answers["/api/tags"] = (200, b" " * 5000)
    poller = Poller(Target(name="gpu", url=ollama.url))
    state = poller.poll()
    poller.close()
    assert not state.up


@pytest.mark.parametrize(
    ("line", "status"),
    [("GET /healthz HTTP/1.1", 200), ("GET /metrics?x=1 HTTP/1.1", 200), ("GET / HTTP/1.1", 404),
     ("POST /metrics HTTP/1.1", 405), ("nonsense", 405)],
)  # fmt: skip
def test_it_answers_two_paths(line: str, status: int) -> None:
    answer = respond(Exporter([], 15), f"{line}\r\nHost: localhost:9778\r\n\r\n".encode())
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost", 200), ("127.0.0.1:9778", 200), ("[::1]:9778", 200), ("x.localhost", 200), (None, 200),
     ("exporter:9778", 200), ("a.example.org", 200), ("Exporter", 200), ("10.0.0.5", 403), ("evil.example", 403),
     ("example.org", 403), ("localhost\r\nHost: evil.example", 403), ("", 403)],
)  # fmt: skip
def test_only_its_own_names_may_ask(host: str | None, status: int) -> None:
    field = "" if host is None else f"Host: {host}\r\n"
    for path, expected in (("/metrics", status), ("/", 404 if status == 200 else 403), ("/healthz", 200)):
        head = f"GET {path} HTTP/1.1\r\n{field}\r\n".encode()
        answer = respond(Exporter([], 15), head, ("exporter", "*.example.org"))
        assert answer.startswith(f"HTTP/1.1 {expected} ".encode())
        assert (b"--allowed-host" in answer) == (expected == 403)


def test_the_command_serves_and_ends_on_sigterm(ollama: Server) -> None:
    command = "from sereno.cli import main; import sys; sys.exit(main(sys.argv[1:]))"
    arguments = ["exporter", "--listen", "127.0.0.1:0", "--upstream", f"gpu={ollama.url}", "--allowed-host", "My-Box"]
    process = subprocess.Popen(
        [sys.executable, "-c", command, *arguments],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "SCRAPE_INTERVAL": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    url = process.stderr.readline().split()[-1]
    try:
        deadline = time.monotonic() + 20
        body = ""
        while 'ollama_up{upstream="gpu"} 1.0' not in body and time.monotonic() < deadline:
            time.sleep(0.02)
            with urlopen(Request(url, headers={"Accept": "text/plain"})) as answer:
                body = answer.read().decode()
        assert 'ollama_models_total{upstream="gpu"} 2.0' in body
        assert urlopen(Request(url, headers={"Host": "my-box"})).status == 200
        with pytest.raises(HTTPError) as refused:
            urlopen(Request(url, headers={"Host": "rebound.example"}))
        assert refused.value.code == 403
        refused.value.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        process.stderr.close()

"""A whole Sereno with a model server and clients, to be hurt; and the reckoning afterwards."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

NEEDED = ("sereno.gateway.serve", "sereno.keeper.serve", "sereno.assembly.keeper", "sereno.api.app", "sereno.web.app")
PATIENCE = 60.0
"""Seconds until something that must come to pass counts as failed; nothing waits that long when all is well."""


READ_LATE = 0.2
"""Seconds within which a busy client has read what lay in its socket; a killed gateway takes longer to come back."""


def _importable(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """These tests run whole processes: without all of their parts there is nothing to collect."""
    whole = all(_importable(name) for name in NEEDED)
    return None if whole or not collection_path.name.startswith("test_") else True


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until it is true; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come to pass"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


# --- The model server ------------------------------------------------------------------------------------


class _Model(BaseHTTPRequestHandler):
    """Answers as Ollama 0.24.0 does (the fields of tests/captures), streaming the prompt back word by word."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        bodies: dict[str, Any] = {"/api/version": {"version": "0.24.0"}, "/api/tags": {"models": []}}
        self._whole(bodies.get(self.path, {"models": []}))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        base = {"model": asked["model"], "created_at": "2026-01-01T00:00:00Z"}
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        words = asked["messages"][-1]["content"][:200].split(" ")
        for word in words:
            self._chunk({**base, "message": {"role": "assistant", "content": word + " "}, "done": False})
        last = {
            "message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop",
            "total_duration": 5_000_000, "load_duration": 1_000_000, "prompt_eval_count": 7,
            "prompt_eval_duration": 1_000_000, "eval_count": len(words), "eval_duration": 2_000_000,
        }  # fmt: skip
        self._chunk({**base, **last})
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, value: Any) -> None:
        data = json.dumps(value).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _whole(self, value: Any) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class _ModelServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A killed gateway resets its connections; that is what these tests do."""


@pytest.fixture(scope="session")
def model_server() -> Iterator[str]:
    server = _ModelServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


# --- Clients ---------------------------------------------------------------------------------------------


class Load:
    """Clients that ask, each under a marker of its own, and remember which answers they saw complete, and when."""

    def __init__(self, port: int, *, clients: int = 4, padding: int = 0, pause: float = 0.002) -> None:
        self.completed: dict[str, float] = {}
        self.broken: set[str] = set()
        self.wrong: list[str] = []
        self._port, self._padding, self._pause = port, "x" * padding, pause
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask_on, args=(n,), daemon=True) for n in range(clients)]
        self._run = f"{random.randrange(1 << 48):012x}"
        for thread in self._threads:
            thread.start()

    def _ask_on(self, client: int) -> None:
        connection: http.client.HTTPConnection | None = None
        number = 0
        while not self._stop.is_set():
            marker = f"marker-{self._run}-{client}-{number}"
            number += 1
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
                self._ask(connection, marker)
            except (OSError, http.client.HTTPException, ValueError):
                with self._lock:
                    self.broken.add(marker)
                if connection is not None:
                    connection.close()
                connection = None
            time.sleep(self._pause)
        if connection is not None:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, marker: str) -> None:
        prompt = f"{marker} how are you {self._padding}"
        body = json.dumps({"model": "tiny:latest", "messages": [{"role": "user", "content": prompt}]})
        connection.request("POST", "/api/chat", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        lines = answer.read().splitlines()
        finished = time.monotonic()
        said = "".join(json.loads(line)["message"]["content"] for line in lines)
        whole = answer.status == 200 and json.loads(lines[-1])["done"] is True
        with self._lock:
            if whole and said.startswith(f"{marker} how are you "):
                self.completed[marker] = finished
            else:
                self.wrong.append(f"{answer.status}: {lines[-1:]!r}")

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "a client hangs"


# --- Sereno ----------------------------------------------------------------------------------------------


class Sereno:
    """`sereno up` in a process of its own."""

    def __init__(
        self, folder: Path, upstream: str, *arguments: str, data: Path | None = None, host: str = "127.0.0.1"
    ) -> None:
        self.data = data or folder / "data"
        self.port, self.keeper_port = free_port(), free_port()
        self.log = folder / "sereno.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-P", "-m", "sereno", "up", "--listen", f"{host}:{self.port}"),
                    *("--keeper", f"{host}:{self.keeper_port}", "--upstream", upstream, "--data", str(self.data)),
                    *("--set", "api.rate_limit=off", *arguments),
                ],
                stdout=log,
                stderr=log,
                env={**os.environ, "HOME": str(folder)},
                cwd=folder,
            )

    def wait_ready(self, *, keeper: bool = True) -> None:
        wait_for(lambda: self._alive() and self.answers(self.port, "/healthz"), "a gateway")
        if keeper:
            wait_for(lambda: self._alive() and self.answers(self.keeper_port, "/readyz"), "a keeper")

    def _alive(self) -> bool:
        assert self.process.poll() is None, f"sereno up ended:\n{self.log.read_text()}"
        return True

    def answers(self, port: int, path: str) -> bool:
        try:
            return self.get(path, port)[0] == 200
        except OSError:
            return False

    def get(self, path: str, port: int | None = None) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.keeper_port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        except http.client.HTTPException as error:
            raise OSError(str(error)) from error
        finally:
            connection.close()

    def pids(self, command: str) -> list[int]:
        """Children that run `sereno COMMAND`."""
        found = []
        for entry in Path("/proc").iterdir():
            with suppress(OSError, ValueError):
                if int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == self.process.pid:
                    words = (entry / "cmdline").read_bytes().decode().split("\0")
                    if command in words[1:5]:
                        found.append(int(entry.name))
        return found

    def kill(self, command: str) -> float:
        """kill -9 one child; the monotonic time of it."""
        (pid,) = wait_for(lambda: self.pids(command), f"a {command} to kill")
        os.kill(pid, signal.SIGKILL)
        return time.monotonic()

    # What is recorded, in every way that it can be seen.

    def metric(self, name: str, port: int | None = None, **labels: str) -> float:
        """Sum of a metric's samples, of those with these labels."""
        status, text, _ = self.get("/metrics", port)
        assert status == 200, text
        total = 0.0
        for line in text.splitlines():
            match = re.match(rf"{re.escape(name)}(?:\{{(.*)\}})? (\S+)", line)
            if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
                total += float(match[2])
        return total

    def messages(self, resource: str = "/analytics/messages") -> list[dict[str, Any]]:
        """Every message, page by page; `/sereno/calls.json` is the page's twin."""
        found: list[dict[str, Any]] = []
        path: str | None = f"{resource}?limit=1000"
        while path is not None:
            status, text, headers = self.get(path)
            assert status == 200, text
            body = json.loads(text)
            if isinstance(body, dict):  # a page's twin says where the next one begins
                found += body["calls"]
                path = f"{resource}?limit=1000&cursor={body['next']}" if body["next"] else None
                continue
            found += body
            link = re.search(r"<([^>]+)>\s*;\s*rel=\"?next", headers.get("Link", headers.get("link", "")))
            path = re.sub(r"^https?://[^/]+", "", link[1]) if link else None
        return found

    def aggregated(self) -> int:
        status, text, _ = self.get("/analytics/aggregations")
        assert status == 200, text
        total: int = json.loads(text)["total_messages"]
        return total

    def on_the_page(self) -> str:
        """How many calls the first page says there were in the last day, as it says it."""
        status, text, _ = self.get("/sereno?lang=en")
        assert status == 200, text
        figure = re.search(r'class="tiles".*?<dd[^>]*>\s*<b>(?:<span>)?([^<]+)<', text, re.DOTALL)
        assert figure is not None, text
        return figure[1]

    def dropped(self) -> int:
        return int(self.metric("sereno_gateway_dropped_records_total"))

    def wait_ingested(self) -> None:
        """Wait until everything that gateways wrote is stored: nothing unread, twice in a row, a while apart."""

        def quiet() -> bool:
            try:
                before = self.metric("sereno_calls_ingested_total")
                if self.metric("sereno_journal_unread_bytes"):
                    return False
                time.sleep(0.2)
                return not self.metric("sereno_journal_unread_bytes") and before == self.metric(
                    "sereno_calls_ingested_total"
                )
            except (OSError, AssertionError):
                return False

        wait_for(quiet, "an empty journal")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def reconcile(sereno: Sereno, loads: list[Load], gateway_kills: list[float], *, window: float = 1.0) -> list[str]:
    """What clients saw against what is stored; returns the markers that were lost within the promise.

    The promise of `interval` is 50 ms before a kill; `window` leaves room for a machine that stalls a thread, and a
    client may read the last bytes a moment after who sent them was killed. A record that is not there and did not
    finish within a window must have been counted as dropped.
    """
    sereno.wait_ingested()
    messages = sereno.messages()
    counts = Counter(message["prompt"].split(" ")[0] for message in messages)
    assert [marker for marker, count in counts.items() if count > 1] == [], "stored twice"
    completed: dict[str, float] = {}
    for load in loads:
        assert load.wrong == [], "a client got an answer that the model server did not give"
        completed |= load.completed
    unknown = set(counts) - set(completed) - {marker for load in loads for marker in load.broken}
    assert unknown == set(), "stored, and nobody asked it"
    absent = sorted(set(completed) - set(counts), key=completed.__getitem__)
    lost = [m for m in absent if any(-READ_LATE < kill - completed[m] < window for kill in gateway_kills)]
    assert len(absent) - len(lost) <= sereno.dropped(), "gone and not counted"
    shown = {
        "list": len(messages),
        "aggregations": sereno.aggregated(),
        "metrics on the keeper's port": int(sereno.metric("llm_requests_total")),
        "metrics on the gateway's port": int(sereno.metric("llm_requests_total", sereno.port)),
        "ingested": int(sereno.metric("sereno_calls_ingested_total"))
        - int(sereno.metric("sereno_other_requests_total")),
    }
    shown["the page's JSON"] = len(sereno.messages("/sereno/calls.json"))
    assert len(set(shown.values())) == 1, shown
    if len(messages) < 10_000:  # from there on the page rounds
        assert sereno.on_the_page() == f"{len(messages):,}"
    return lost


StartSereno = Callable[..., Sereno]
StartLoad = Callable[..., Load]


@pytest.fixture
def start_sereno(tmp_path: Path, model_server: str) -> Iterator[StartSereno]:
    """Starts `sereno up`; ends it, and its children, whatever the test did."""
    running: list[Sereno] = []

    def start(*arguments: str, data: Path | None = None, keeper: bool = True, host: str = "127.0.0.1") -> Sereno:
        sereno = Sereno(tmp_path, model_server, *arguments, data=data, host=host)
        running.append(sereno)
        sereno.wait_ready(keeper=keeper)
        return sereno

    yield start
    for sereno in running:
        children = sereno.pids("gateway") + sereno.pids("keeper")
        sereno.process.kill()
        sereno.process.wait()
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def start_load() -> Iterator[StartLoad]:
    loads: list[Load] = []

    def start(port: int, **settings: Any) -> Load:
        loads.append(Load(port, **settings))
        return loads[-1]

    yield start
    for load in loads:
        load.stop()


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir(exist_ok=True)
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs Linux and root")
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "sereno-test", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here: {done.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        # Lazily: a process that is about to end may still have a file open there.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Makes a file system of the size given, for the test's duration."""
    with ExitStack() as stack:
        yield lambda size: stack.enter_context(mounted(tmp_path / "small", size))


@pytest.fixture(name="reconcile")
def _reconcile() -> Callable[..., list[str]]:
    return reconcile


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., Any]:
    return wait_for

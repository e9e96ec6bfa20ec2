"""`sereno up` as a person runs it, and a small fake model server behind it."""

from __future__ import annotations

import json
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import httpx

DEADLINE = 30.0
"""Seconds after which something that should happen soon did not."""


def eventually(check: Callable[[], Any], what: str) -> Any:
    """The first true value of `check`; fails after the deadline."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {DEADLINE:g} s")


class ModelServer(BaseHTTPRequestHandler):
    """Ollama's version and lists, and chats whose last chunk waits for `may_finish`."""

    protocol_version = "HTTP/1.1"
    may_finish = threading.Event()
    began = threading.Event()

    def do_GET(self) -> None:
        answers = {
            "/api/version": {"version": "0.24.0"},
            "/api/tags": {"models": [{"name": "smollm2:135m", "size": 270_000_000}]},
            "/api/ps": {"models": []},
        }
        self._answer(200 if self.path in answers else 404, answers.get(self.path, {"error": "not found"}))

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        common = {"model": asked["model"], "created_at": "2026-11-21T00:00:00Z"}
        self._chunk({**common, "message": {"role": "assistant", "content": "Rayleigh"}, "done": False})
        self.began.set()
        self.may_finish.wait(DEADLINE)
        counts = {"prompt_eval_count": 7, "eval_count": 2, "eval_duration": 10_000_000, "total_duration": 20_000_000}
        last = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
        self._chunk({**common, **last, **counts})
        self.wfile.write(b"0\r\n\r\n")

    def _chunk(self, item: dict[str, Any]) -> None:
        line = json.dumps(item).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        self.wfile.flush()

    def _answer(self, status: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
        pass


class Up:
    """A `sereno up` that was started; `gateway` and `keeper` are its URLs once it is ready."""

    def __init__(self, environment: dict[str, str], folder: Path, *arguments: str) -> None:
        self.data = folder / "data"
        self.environment = {**environment, "SERENO_DATA": str(self.data)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sereno", "up", *arguments],
            cwd=folder, env=self.environment, stdout=subprocess.PIPE, stderr=(folder / "stderr").open("wb"), text=True,
        )  # fmt: skip
        self._folder = folder
        self.said: list[str] = []
        self.gateway = self.keeper = ""
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    @property
    def stderr(self) -> str:
        return (self._folder / "stderr").read_text("utf-8")

    def wait_ready(self) -> Up:
        """Read the start screen."""
        end = time.monotonic() + DEADLINE
        while not self.said or "Ctrl-C" not in self.said[-1]:
            try:
                line = self._lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            assert line is not None, f"never ready:\n{self.stderr}"
            self.said.append(line)
        text = "\n".join(self.said)
        self.gateway = re.search(r"clients +(http\S+)", text)[1]  # type: ignore[index]  # fails the test if absent
        self.keeper = "http://" + re.search(r"also on ([^)]+)\)", text)[1]  # type: ignore[index]  # same
        return self

    def children(self) -> dict[str, int]:
        """Process ids by kind (`gateway 0`, `keeper`), as the system's process table has them."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                words = (entry / "cmdline").read_bytes().decode().split("\0")
            except (OSError, IndexError, ValueError):
                continue
            if parent == self.process.pid and "--parent-fd" in words:
                kind = "keeper" if "keeper" in words else f"gateway {words[words.index('--worker') + 1]}"
                found[kind] = int(entry.name)
        return found

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def sereno(self, *arguments: str) -> str:
        """What another command says about the same data folder."""
        done = subprocess.run(
            [sys.executable, "-P", "-m", "sereno", *arguments],
            cwd=self._folder, env=self.environment, capture_output=True, text=True, check=True, timeout=DEADLINE,
        )  # fmt: skip
        return done.stdout

    def chat(self, prompt: str = "Why is the sky blue?") -> httpx.Response:
        """One streamed call."""
        body = {"model": "smollm2:135m", "messages": [{"role": "user", "content": prompt}]}
        return httpx.post(f"{self.gateway}/api/chat", json=body, timeout=DEADLINE)

    def recorded(self) -> list[dict[str, Any]]:
        """The calls in the store, newest first."""
        calls: list[dict[str, Any]] = json.loads(self.sereno("calls", "list", "--json"))
        return calls

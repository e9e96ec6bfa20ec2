"""All the way of an alert with the real parts: model servers, Sereno, Prometheus, Alertmanager, people."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

from aiosmtpd.controller import Controller

from parts.built import built

PATIENCE = 110.0
"""Seconds until something that must come to pass counts as failed."""


class Notice(NamedTuple):
    """What the webhook was told.

    Attributes:
        at: monotonic seconds.
        body: Alertmanager's JSON.
    """

    at: float
    body: dict[str, Any]

    def has(self, status: str, **labels: str) -> bool:
        """Whether it speaks of such an alert."""
        return any(
            alert["status"] == status and labels.items() <= alert["labels"].items() for alert in self.body["alerts"]
        )


class Mail(NamedTuple):
    """A mail that arrived.

    Attributes:
        at: monotonic seconds.
        message: the mail.
    """

    at: float
    message: EmailMessage

    def part(self, kind: str) -> str:
        """The text of its plain or html part."""
        part = self.message.get_body((kind,))
        assert part is not None
        return str(part.get_content())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Wait until it is true; returns its value."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"{what} did not come to pass"
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except (URLError, OSError):
        return False


@contextmanager
def process(command: list[str | Path], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """Run it until the block ends."""
    with log.open("ab") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, **options)
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()
            try:
                running.wait(30)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


class ModelServers:
    """Model servers by name, each on a port that it keeps."""

    def __init__(self, names: str, folder: Path, stack: ExitStack) -> None:
        self.ports = {name: free_port() for name in names}
        self._folder, self._stack = folder, stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        script = Path(__file__).parent / "model_server.py"
        command: list[str | Path] = [sys.executable, "-P", script, str(self.ports[name])]
        self._running[name] = self._stack.enter_context(process(command, self._folder / f"model-{name}.log"))
        wait_for(lambda: answers(f"http://127.0.0.1:{self.ports[name]}/api/version"), f"model server {name}")

    def kill(self, name: str) -> float:
        """Kill it; returns when."""
        self._running[name].send_signal(signal.SIGKILL)
        self._running[name].wait()
        return time.monotonic()


@contextmanager
def webhook(notices: list[Notice]) -> Iterator[str]:
    """A program that is told; yields its address."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            notices.append(Notice(time.monotonic(), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def mail_server(mails: list[Mail]) -> Iterator[str]:
    """A mail server; yields HOST:PORT."""

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
            message: Message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            mails.append(Mail(time.monotonic(), message))
            return "250 OK"

    controller = Controller(Box(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()


@contextmanager
def alertmanager(config: Path) -> Iterator[str]:
    """Run it over a fresh folder (a kept log of notifications silences the next); yields its address."""
    url = f"http://127.0.0.1:{free_port()}"
    command: list[str | Path] = [
        built("alertmanager"), f"--config.file={config}", f"--storage.path={config.parent / 'alertmanager'}",
        f"--web.listen-address={url.removeprefix('http://')}", "--cluster.listen-address=",
    ]  # fmt: skip
    with process(command, config.parent / "alertmanager.log") as running:
        wait_for(lambda: answers(f"{url}/-/ready") or running.poll() is not None, "Alertmanager")
        assert running.poll() is None, (config.parent / "alertmanager.log").read_text()
        yield url


@contextmanager
def sereno(folder: Path, servers: ModelServers, poll: str) -> Iterator[str]:
    """`sereno up` before the model servers; yields HOST:PORT of the gateway."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SERENO_", "XDG_"))}
    gateway = f"127.0.0.1:{free_port()}"
    upstreams = [
        word for name, port in servers.ports.items() for word in ("--upstream", f"{name}=http://127.0.0.1:{port}")
    ]
    command: list[str | Path] = [
        sys.executable, "-P", "-m", "sereno", "up", "--config", "none", "--listen", gateway, "--keeper", "127.0.0.1:0",
        "--data", folder / "record", "--set", f"keeper.poll_interval={poll}", *upstreams,
    ]  # fmt: skip
    with process(command, folder / "sereno.log", cwd=folder, env={**environment, "HOME": str(folder)}) as running:
        wait_for(lambda: answers(f"http://{gateway}/metrics") or running.poll() is not None, "Sereno")
        assert running.poll() is None, (folder / "sereno.log").read_text()
        yield gateway

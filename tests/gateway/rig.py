"""A gateway in a thread, a scripted model server, and raw clients: real sockets on loopback, no HTTP library."""

from __future__ import annotations

import asyncio
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from sereno.calls import Exchange
from sereno.conventions import RUN_DIR
from sereno.gateway.options import GatewayOptions, Limits, UpstreamOptions, check
from sereno.gateway.serve import serve
from sereno.gateway.worker import Worker

PATIENCE = 10.0
"""Seconds until a test gives up waiting for what must come; never reached when all is well."""


class FakeJournal:
    """Keeps exchanges and their frames; can be told to fail or to answer late."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.taken = threading.Condition()
        self.broken = False
        self.waiting: list[Callable[[bool], None]] = []
        self.durable = True

    def append(self, exchange: Exchange) -> bool:
        if self.broken:
            raise RuntimeError("the recorder fails")
        with self.taken:
            self.exchanges.append(exchange)
            self.taken.notify_all()
        return True

    def append_durable(self, exchange: Exchange, done: Callable[[bool], None]) -> bool:
        taken = self.append(exchange)
        if self.durable:
            threading.Thread(target=done, args=(True,)).start()
        else:
            self.waiting.append(done)
        return taken

    def close(self, timeout: float) -> None:
        pass

    def wait(self, count: int = 1) -> list[Exchange]:
        with self.taken:
            assert self.taken.wait_for(lambda: len(self.exchanges) >= count, PATIENCE), "no record came"
            return list(self.exchanges)

    def frames(self) -> bytes:
        return b"".join(msgspec.msgpack.encode(exchange) for exchange in self.exchanges)


class FakeStatus:
    """Counters and slots in dictionaries."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.gauges: dict[str, int] = {}
        self.calls: dict[int, dict[str, Any]] = {}
        self.slots = 0

    def add(self, name: str, amount: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + amount

    def set(self, name: str, value: int) -> None:
        self.gauges[name] = value

    def reject(self, reason: str) -> None:
        self.add(f"rejected.{reason}")

    def open_call(self, call_id: bytes, started_ns: int) -> int:
        self.slots += 1
        self.calls[self.slots] = {"id": call_id, "started_ns": started_ns, "bytes": 0, "model": None}
        return self.slots

    def set_model(self, slot: int, model: bytes) -> None:
        self.calls[slot]["model"] = model

    def add_bytes(self, slot: int, amount: int) -> None:
        self.calls[slot]["bytes"] += amount

    def close_call(self, slot: int) -> None:
        del self.calls[slot]

    def beat(self, now_ns: int, rss: int) -> None:
        self.gauges["rss"] = rss

    def close(self) -> None:
        pass


class Upstream:
    """A model server that does with each connection what its script says, and keeps what it was sent."""

    def __init__(self, script: Callable[[socket.socket, Upstream], None], path: str = "") -> None:
        if path:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.bind(path)
            self.sock.listen(64)
        else:
            self.sock = socket.create_server(("127.0.0.1", 0), backlog=1024)
            self.port = self.sock.getsockname()[1]
        self.script = script
        self.received: list[bytes] = []
        self.connections = 0
        self.closed = threading.Event()
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self.sock.accept()
            except OSError:
                return
            connection.settimeout(PATIENCE)
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with suppress(OSError, EOFError), connection:
            self.script(connection, self)
        self.closed.set()

    def stop(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def read_head(sock: socket.socket, data: bytes = b"") -> tuple[bytes, bytes]:
    """Head with its empty line, and what came behind it; `EOFError` at the end of the connection."""
    while b"\r\n\r\n" not in data:
        got = sock.recv(65536)
        if not got:
            raise EOFError
        data += got
    end = data.index(b"\r\n\r\n") + 4
    return data[:end], data[end:]


def header(head: bytes, name: bytes) -> bytes | None:
    """A field's value, by lower-case name."""
    for line in head.split(b"\r\n")[1:]:
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return None


def read_message(sock: socket.socket, data: bytes = b"", *, bodiless: bool = False) -> tuple[bytes, bytes, bytes]:
    """Head, body without framing, and what came behind; written apart from the gateway's own parser."""
    head, data = read_head(sock, data)
    if bodiless:
        return head, b"", data

    def more() -> None:
        nonlocal data
        got = sock.recv(262144)
        if not got:
            raise EOFError
        data += got

    length = header(head, b"content-length")
    if length is not None:
        while len(data) < int(length):
            more()
        return head, data[: int(length)], data[int(length) :]
    if header(head, b"transfer-encoding") is None:
        if head.startswith(b"HTTP/"):
            with suppress(EOFError):
                while True:
                    more()
            return head, data, b""
        return head, b"", data
    body = b""
    while True:
        while b"\r\n" not in data:
            more()
        size_line, _, data = data.partition(b"\r\n")
        size = int(size_line.split(b";")[0], 16)
        if size == 0:
            while not data.startswith(b"\r\n") and b"\r\n\r\n" not in data:
                more()
            end = 2 if data.startswith(b"\r\n") else data.index(b"\r\n\r\n") + 4
            return head, body, data[end:]
        while len(data) < size + 2:
            more()
        body += data[:size]
        assert data[size : size + 2] == b"\r\n"
        data = data[size + 2 :]


def respond(answer: bytes) -> Callable[[socket.socket, Upstream], None]:
    """A script that reads requests and gives each this answer."""

    def script(sock: socket.socket, upstream: Upstream) -> None:
        rest = b""
        while True:
            head, body, rest = read_message(sock, rest)
            upstream.received.append(head + body)
            sock.sendall(answer)

    return script


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Gateway:
    """A running gateway. `worker` is read from the test's thread, never written."""

    def __init__(self, worker: Worker, port: int, journal: FakeJournal, status: FakeStatus) -> None:
        self.worker = worker
        self.port = port
        self.journal = journal
        self.status = status
        self.loop: asyncio.AbstractEventLoop
        self.stop: asyncio.Event

    def connect(self, source: str = "127.0.0.1") -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE, source_address=(source, 0))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def ask(self, raw: bytes, source: str = "127.0.0.1", *, bodiless: bool = False) -> tuple[int, bytes, bytes]:
        """Send bytes on a connection of their own; status, head and body of the answer."""
        with self.connect(source) as sock:
            sock.sendall(raw)
            head, body, _ = read_message(sock, bodiless=bodiless)
            return int(head.split(b" ", 2)[1]), head, body

    def wait(self, condition: Callable[[], bool]) -> None:
        wait_for(condition)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until a condition holds that must come to hold."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "what had to happen did not"
        time.sleep(0.002)


def foreign(address: str) -> str:
    """127.0.0.2 passes for a machine elsewhere (RFC 5737 address)."""
    return "192.0.2.7" if address == "127.0.0.2" else address


@contextmanager
def gateway(
    *upstreams: Upstream | UpstreamOptions,
    limits: Limits | None = None,
    data: Path | None = None,
    **settings: Any,
) -> Iterator[Gateway]:
    """Run a gateway before these servers until the block ends; it must then drain by itself."""
    configured = tuple(
        item if isinstance(item, UpstreamOptions) else UpstreamOptions(name="default", url=item.url)
        for item in upstreams
    )
    with tempfile.TemporaryDirectory(prefix="srn") as folder:
        root = data or Path(folder)
        (root / RUN_DIR).mkdir(mode=0o700, exist_ok=True)
        options = GatewayOptions(
            data=root, upstreams=configured, limits=limits or Limits(drain_seconds=0.2), **settings
        )
        check(options)
        journal, status = FakeJournal(), FakeStatus()
        sock = socket.create_server(("127.0.0.1", 0))
        worker = Worker(options, journal, status, foreign)
        running = Gateway(worker, sock.getsockname()[1], journal, status)
        ready = threading.Event()

        async def main() -> None:
            running.loop = asyncio.get_running_loop()
            running.stop = asyncio.Event()
            await serve(worker, sock, ready.set, running.stop)

        def run() -> None:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(main())

        thread = threading.Thread(target=run)
        thread.start()
        assert ready.wait(PATIENCE)
        try:
            yield running
        finally:
            with suppress(RuntimeError):
                running.loop.call_soon_threadsafe(running.stop.set)
            thread.join(PATIENCE)
            assert not thread.is_alive(), "the gateway did not end"


@contextmanager
def upstream(script: Callable[[socket.socket, Upstream], None], path: str = "") -> Iterator[Upstream]:
    """Run a scripted server until the block ends."""
    server = Upstream(script, path)
    try:
        yield server
    finally:
        server.stop()


def reset(sock: socket.socket) -> None:
    """Close with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()

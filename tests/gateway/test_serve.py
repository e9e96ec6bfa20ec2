"""`serve.run()` as a real process: signals, drain, the parent's end, an inherited socket, modes of what it makes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.rig import OK, PATIENCE, Upstream, read_head, read_message, respond, upstream, wait_for
from sereno.calls import Exchange
from sereno.journal.reader import JournalReader

GET = b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n"
PROGRAM = """
import os, sys
from pathlib import Path
from sereno.gateway.options import GatewayOptions, Limits, UpstreamOptions
from sereno.gateway.serve import run
os.umask(0)
data, url, fd, parent, drain = sys.argv[1:6]
options = GatewayOptions(
    data=Path(data), upstreams=(UpstreamOptions(name="default", url=url),), listen_fd=int(fd),
    parent_fd=int(parent) if parent != "-" else None, limits=Limits(drain_seconds=float(drain)),
)
raise SystemExit(run(options, lambda: print("ready", flush=True)))
"""


@contextmanager
def process(
    data: Path, url: str, parent: int | None = None, drain: float = 30.0
) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A gateway of its own, and the port it serves."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        fds = [sock.fileno()] + ([parent] if parent is not None else [])
        arguments = [str(data), url, str(sock.fileno()), "-" if parent is None else str(parent), str(drain)]
        port = sock.getsockname()[1]
        child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *arguments], pass_fds=fds, stdout=subprocess.PIPE, text=True
        )
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        yield child, port
    finally:
        if child.poll() is None:
            child.kill()
        child.wait(PATIENCE)
        assert child.stdout is not None
        child.stdout.close()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_lets_a_running_answer_end_and_refuses_new_clients(tmp_path: Path, number: signal.Signals) -> None:
    go = threading.Event()

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        go.wait(PATIENCE)
        sock.sendall(b"cd")

    def refused(port: int) -> bool:
        try:
            connect(port).close()
        except ConnectionRefusedError:
            return True
        return False

    with upstream(script) as server, process(tmp_path / "data", server.url) as (child, port), connect(port) as sock:
        sock.sendall(GET)
        _, rest = read_head(sock)
        child.send_signal(number)
        wait_for(lambda: refused(port))
        assert child.poll() is None
        go.set()
        while len(rest) < 4:
            rest += sock.recv(10)
        assert rest == b"abcd"
        assert sock.recv(10) == b""
        assert child.wait(PATIENCE) == 0
    (record,) = records(tmp_path / "data")
    assert (record.outcome, record.response_body) == ("complete", b"abcd")


def records(data: Path) -> list[Exchange]:
    """All that is in the journal."""
    reader = JournalReader(data / "journal")
    return [reader.decode(frame.payload) for frame in reader.read(reader.start(0)).frames]


def test_second_signal_does_not_wait(tmp_path: Path) -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
        sock.recv(1)

    with upstream(script) as server, process(tmp_path / "data", server.url) as (child, port), connect(port) as sock:
        sock.sendall(GET)
        read_head(sock)
        child.send_signal(signal.SIGTERM)
        wait_for(lambda: not listening(port))
        child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE) == 0


def listening(port: int) -> bool:
    try:
        connect(port).close()
    except OSError:
        return False
    return True


def test_end_of_the_parents_pipe_ends_the_worker(tmp_path: Path) -> None:
    ours, theirs = os.pipe()
    with upstream(respond(OK)) as server, process(tmp_path / "data", server.url, ours) as (child, port):
        os.close(ours)
        with connect(port) as sock:
            sock.sendall(GET)
            assert read_message(sock)[1] == b"{}"
        assert child.poll() is None
        os.close(theirs)
        assert child.wait(PATIENCE) == 0


def test_nothing_in_data_is_open_to_others_whatever_the_umask(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with upstream(respond(OK)) as server, process(data, server.url) as (child, port):
        with connect(port) as sock:
            sock.sendall(GET)
            read_message(sock)
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE)
    found = [data, *data.rglob("*")]
    assert len(found) > 5
    assert {str(path): oct(path.stat().st_mode) for path in found if path.stat().st_mode & 0o077} == {}

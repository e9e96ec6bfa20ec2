"""Who reads slowly is waited for, in both directions, and memory does not grow with what passes."""

from __future__ import annotations

import resource
import socket
import threading
from contextlib import suppress

import pytest

from gateway.rig import OK, PATIENCE, Upstream, gateway, read_head, read_message, upstream, wait_for
from sereno.gateway.options import Limits, UpstreamOptions

MIB = 1 << 20
PIECE = bytes(range(256)) * 512


class Flood:
    """Answers each request with endless bytes, and counts what the gateway takes."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.taken = 0

    def __call__(self, sock: socket.socket, server: Upstream) -> None:
        rest = b""
        while True:
            head, _, rest = read_message(sock, rest)
            server.received.append(head)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.size)
            for _ in range(self.size // len(PIECE)):
                sock.sendall(PIECE)
                self.taken += len(PIECE)


def settled(amount: object) -> None:
    """Until a count has stopped growing: seen equal over many looks."""
    assert callable(amount)
    same = 0
    last = -1

    def stopped() -> bool:
        nonlocal same, last
        now = amount()
        same = same + 1 if now == last else 0
        last = now
        return same > 100

    wait_for(stopped)


def test_client_that_does_not_read_pauses_the_server() -> None:
    flood = Flood(256 * MIB)
    with upstream(flood) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        wait_for(lambda: flood.taken > 0)
        settled(lambda: flood.taken)
        assert flood.taken < 32 * MIB  # kernel buffers of four sockets
        client = next(iter(running.worker.clients))
        assert client.transport.get_write_buffer_size() < MIB


def test_client_that_pipelines_and_does_not_read_pauses_every_answer() -> None:
    flood = Flood(len(PIECE))  # each answer is whole after a read or two: no single one is long enough to be paused
    with upstream(flood) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 400)
        wait_for(lambda: flood.taken > 0)
        settled(lambda: flood.taken)
        client = next(iter(running.worker.clients))
        assert client.transport.get_write_buffer_size() < MIB
        assert flood.taken < 32 * MIB
        rest = b""
        for _ in range(400):  # and when it reads it gets them all
            _, body, rest = read_message(sock, rest)
            assert body == PIECE


def test_server_that_does_not_read_pauses_the_client() -> None:
    go = threading.Event()

    def script(sock: socket.socket, server: Upstream) -> None:
        read_head(sock)
        server.received.append(b"")
        go.wait(PATIENCE)

    with upstream(script) as server, gateway(server) as running, running.connect() as sock:
        sent = 0
        sock.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (256 * MIB))
        wait_for(lambda: bool(server.received))
        sock.settimeout(0.5)
        with suppress(TimeoutError):
            while True:
                sent += sock.send(PIECE)
        assert sent < 32 * MIB
        connection = next(iter(running.worker.clients)).relay
        assert connection is not None
        assert connection.connection is not None
        assert connection.connection.transport.get_write_buffer_size() < MIB
        go.set()


def transfer(size: int) -> None:
    """An upload and a download of `size` bytes through one gateway."""

    def script(sock: socket.socket, server: Upstream) -> None:
        while True:
            head, rest = read_head(sock)
            if head.startswith(b"POST"):
                left = size - len(rest)
                view = bytearray(MIB)
                while left:
                    left -= sock.recv_into(view, min(MIB, left))
                sock.sendall(OK)
            else:
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
                for _ in range(size // len(PIECE)):
                    sock.sendall(PIECE)

    with upstream(script) as server, gateway(server) as running:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with running.connect() as sock:
            sock.sendall(b"POST /api/blobs/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // len(PIECE)):
                sock.sendall(PIECE)
            assert read_message(sock)[0].startswith(b"HTTP/1.1 200 ")
            sock.sendall(b"GET /api/blobs/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            _, rest = read_head(sock)
            left = size - len(rest)
            view = bytearray(MIB)
            while left:
                left -= sock.recv_into(view, min(MIB, left))
        up, down = running.journal.wait(2)
        assert (up.request_size, len(up.request_body)) == (size, 4 * MIB)
        assert (down.response_size, len(down.response_body)) == (size, 4 * MIB)
        assert up.request_body == PIECE * 32 == down.response_body
        assert running.worker.budget.used == 0
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < (20 + 4 * 4) * 1024  # KiB: 20 MiB over what is captured (twice, as pieces and as records)


def test_256_mib_up_and_down_in_bounded_memory() -> None:
    transfer(256 * MIB)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_10_gib_up_and_down_in_bounded_memory() -> None:
    transfer(10 * 1024 * MIB)


def two(first: Upstream, second: Upstream) -> tuple[UpstreamOptions, UpstreamOptions]:
    return (
        UpstreamOptions(name="default", url=first.url),
        UpstreamOptions(name="small", url=second.url, models=("tiny*",)),
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_model_is_found_and_memory_bounded_when_nothing_can_be_recorded(chunked: bool) -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        _, body, _ = read_message(sock)
        server.received.append(body)
        sock.sendall(OK)

    limits = Limits(capture_total_bytes=0, drain_seconds=0.2)
    body = b'{"prompt":"' + b"x" * 300_000 + b'","model":"tiny:1b"}'
    framing = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % len(body)
    raw = body if not chunked else b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in (body[:7], body[7:])) + b"0\r\n\r\n"
    with upstream(script) as first, upstream(script) as second, gateway(*two(first, second), limits=limits) as running:
        assert running.ask(b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\n" + framing + b"\r\n\r\n" + raw)[0] == 200
        assert (first.received, second.received) == ([], [body])
        record = running.journal.wait()[0]
        assert (record.upstream, record.request_size, record.request_body) == ("small", len(body), b"")

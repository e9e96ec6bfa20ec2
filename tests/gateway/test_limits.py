"""Limits on clients: slow, long, many. Each has its own answer, and other clients are served meanwhile."""

from __future__ import annotations

import resource
import socket
import time

import pytest

from gateway.rig import OK, PATIENCE, Gateway, gateway, header, read_head, read_message, respond, upstream, wait_for
from sereno.gateway.options import Limits
from sereno.gateway.server import ClientConnection

GET = b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\n"


def served(running: Gateway) -> bool:
    """Whether another client gets its answer."""
    return running.ask(GET)[0] == 200


def drip(sock: socket.socket, data: bytes, every: float) -> bytes:
    """Send a byte at a time until an answer comes; the answer's head."""
    end = time.monotonic() + PATIENCE
    sock.settimeout(every)
    for at in range(len(data)):
        assert time.monotonic() < end
        sock.sendall(data[at : at + 1])
        try:
            got = sock.recv(65536)
        except TimeoutError:
            continue
        sock.settimeout(PATIENCE)
        return read_head(sock, got)[0]
    raise AssertionError("all was sent and no answer came")


def small(client: ClientConnection) -> None:
    """Let the system hold little for this client, as on a slow line, so that an answer's end waits in the gateway."""
    client.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)


def test_slowloris_is_ended_though_bytes_keep_coming() -> None:
    limits = Limits(head_seconds=0.5, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running, running.connect() as sock:
        head = drip(sock, b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: " + b"a" * 200, 0.1)
        assert head.startswith(b"HTTP/1.1 408 ")
        assert header(head, b"connection") == b"close"
        assert running.status.counts["rejected.slow_head"] == 1
        assert served(running)


def test_slow_head_of_a_later_request_on_the_same_connection_is_ended_too() -> None:
    limits = Limits(head_seconds=0.5, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running, running.connect() as sock:
        sock.sendall(GET)
        read_message(sock)
        assert drip(sock, b"GET / HTTP/1.1\r\nX: " + b"a" * 200, 0.1).startswith(b"HTTP/1.1 408 ")


def test_pause_inside_a_body_is_ended() -> None:
    limits = Limits(body_idle_seconds=0.5, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running, running.connect() as sock:
        sock.sendall(POST + b"Content-Length: 10\r\n\r\n{")
        head, _ = read_head(sock)
        assert head.startswith(b"HTTP/1.1 408 ")
        record = running.journal.wait()[0]
        assert (record.outcome, record.status, record.request_body) == ("complete", 408, b"{")


def test_idle_connections_are_closed_without_a_word() -> None:
    limits = Limits(idle_seconds=0.3, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running:
        with running.connect() as fresh, running.connect() as used:
            used.sendall(GET)
            read_message(used)
            assert fresh.recv(1) == b""
            assert used.recv(1) == b""
        wait_for(lambda: not running.worker.clients)


def test_more_connections_than_allowed_get_503_and_those_within_live_on() -> None:
    limits = Limits(connections=3, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running:
        held = [running.connect() for _ in range(3)]
        wait_for(lambda: len(running.worker.clients) == 3)
        with running.connect() as late:
            head, body, _ = read_message(late)
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"connection" in body
        assert running.status.counts["rejected.connection_limit"] == 1
        for sock in held:
            sock.sendall(GET)
            assert read_message(sock)[0].startswith(b"HTTP/1.1 200 ")
            sock.close()
        wait_for(lambda: not running.worker.clients)
        assert served(running)


@pytest.mark.parametrize(
    "raw",
    [
        POST + b"Content-Length: 1001\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"3e9\r\n" + b"a" * 1001 + b"\r\n0\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\na\r\n" * 1001,
        b"POST /sereno/api HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1001\r\n\r\n",
    ],
    ids=["length", "chunked", "small_chunks", "keeper"],
)
def test_body_that_is_too_long_is_413(raw: bytes) -> None:
    limits = Limits(body_bytes=1000, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running:
        status, head, _ = running.ask(raw)
        assert (status, header(head, b"connection")) == (413, b"close")
        assert server.received == []
        assert running.ask(POST + b"Content-Length: 1000\r\n\r\n" + b"a" * 1000)[0] == 200


@pytest.mark.parametrize(("size", "status"), [(16_384 - 1, 200), (16_384, 414)])
def test_target_limit_is_exact(size: int, status: int) -> None:
    with upstream(respond(OK)) as server, gateway(server) as running:
        assert running.ask(b"GET /" + b"a" * size + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == status


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 431)])
def test_head_limit_is_exact(extra: int, status: int) -> None:
    limits = Limits(head_bytes=4096, drain_seconds=0.2)
    start = b"GET / HTTP/1.1\r\nHost: localhost\r\nX: "
    raw = start + b"a" * (4096 - len(start) + extra) + b"\r\n\r\n"  # the limit is on what stands before the empty line
    with upstream(respond(OK)) as server, gateway(server, limits=limits) as running:
        assert running.ask(raw)[0] == status


def test_slow_reader_gets_the_whole_of_an_answer_that_ends_with_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sereno.gateway.server._LINGER_SECONDS", 0.1)
    body = bytes(range(256)) * 4096
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    with upstream(respond(answer)) as server, gateway(server) as running, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", running.port))
        wait_for(lambda: len(running.worker.clients) == 1)
        small(next(iter(running.worker.clients)))
        sock.sendall(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
        received = bytearray()
        while not all(client.closing for client in running.worker.clients) or not received:
            received += sock.recv(16384)
        assert len(received) < len(body), "the answer was over before its end was held"
        time.sleep(0.5)  # several times the linger
        while got := sock.recv(262144):
            received += got
        assert received.partition(b"\r\n\r\n")[2] == body


@pytest.mark.slow
def test_ten_thousand_idle_connections_do_not_keep_another_client_from_its_answer() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(10_000, (hard - 500) // 2)  # both ends live in this process
    if count < 10_000:
        print(f"RLIMIT_NOFILE {hard} allows {count} idle connections instead of 10,000")  # noqa: T201 - said, not hidden
    socks: list[socket.socket] = []
    try:
        with upstream(respond(OK)) as server, gateway(server) as running:
            try:
                socks.extend(running.connect(f"127.0.1.{1 + number % 200}") for number in range(count))
                wait_for(lambda: len(running.worker.clients) == count)
                for _ in range(50):
                    assert served(running)
                for sock in socks[:: max(1, count // 100)]:  # those that waited are served when they speak
                    sock.sendall(GET)
                    assert read_message(sock)[0].startswith(b"HTTP/1.1 200 ")
            finally:
                for sock in socks:
                    sock.close()
            wait_for(lambda: not running.worker.clients)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

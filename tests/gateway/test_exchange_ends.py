"""Every way an exchange can end: whole, by the client, by the server; in time or not."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from gateway.rig import OK, Upstream, gateway, header, read_head, read_message, reset, respond, upstream, wait_for
from sereno.gateway.options import Limits, UpstreamOptions

GET = b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHAT = b'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\n\r\n{"model":"m"}'
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"


def silent(sock: socket.socket, server: Upstream) -> None:
    """Read a request and never answer; note when the other side ends."""
    head, body, _ = read_message(sock)
    server.received.append(head + body)
    while sock.recv(65536):
        pass


def test_client_that_leaves_stops_the_server_at_once() -> None:
    with upstream(silent) as server, gateway(server) as running:
        sock = running.connect()
        sock.sendall(CHAT)
        wait_for(lambda: bool(server.received))
        sock.close()
        assert server.closed.wait(5)
        record = running.journal.wait()[0]
        assert record.outcome == "client_closed"
        assert record.status == 0
        assert record.request_body == b'{"model":"m"}'


def test_client_that_resets_inside_a_stream() -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM)
        while sock.recv(10):
            pass

    with upstream(script) as server, gateway(server) as running:
        sock = running.connect()
        sock.sendall(CHAT)
        _head, rest = read_head(sock)
        while b"abc" not in rest:
            rest += sock.recv(100)
        reset(sock)
        assert server.closed.wait(5)
        record = running.journal.wait()[0]
        assert (record.outcome, record.status, record.response_body) == ("client_closed", 200, b"abc")


def test_half_close_means_the_client_left_by_default() -> None:
    with upstream(silent) as server, gateway(server) as running:
        with running.connect() as sock:
            sock.sendall(CHAT)
            wait_for(lambda: bool(server.received))
            sock.shutdown(socket.SHUT_WR)
            assert server.closed.wait(5)
        assert running.journal.wait()[0].outcome == "client_closed"


def test_half_close_waits_for_the_answer_where_configured() -> None:
    gate = threading.Event()

    def script(sock: socket.socket, server: Upstream) -> None:
        server.received.append(read_message(sock)[0])
        gate.wait(5)
        sock.sendall(OK)

    with upstream(script) as server, gateway(server, half_close="wait") as running, running.connect() as sock:
        sock.sendall(CHAT)
        sock.shutdown(socket.SHUT_WR)
        wait_for(lambda: bool(server.received))
        gate.set()
        _head, body, _rest = read_message(sock)
        assert body == b"{}"
        assert sock.recv(10) == b""
        assert running.journal.wait()[0].outcome == "complete"


@pytest.mark.parametrize("cut", range(1, len(CHAT), 7))
def test_client_that_resets_at_any_byte_of_its_request(cut: int) -> None:
    with upstream(silent) as server, gateway(server) as running:
        sock = running.connect()
        sock.sendall(CHAT[:cut])
        wait_for(lambda: any(c.buffer or c.relay for c in tuple(running.worker.clients)))
        reset(sock)
        wait_for(lambda: not running.worker.clients)
        assert server.received == []
        assert not running.worker.live


ANSWER = STREAM + b"3\r\ndef\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    "cut", [0, 5, 20, STREAM.index(b"\r\n\r\n") + 4, len(STREAM) - 3, len(STREAM), len(ANSWER) - 2]
)
@pytest.mark.parametrize("how", ["fin", "rst"])
def test_server_that_ends_at_any_byte_of_its_answer(cut: int, how: str) -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(ANSWER[:cut])
        if how == "rst":
            time.sleep(0.05)  # let the bytes be read before the reset destroys them
            reset(sock)

    with upstream(script) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(CHAT)
        received = b""
        while got := sock.recv(65536):
            received += got
            if header(received, b"content-length"):
                break
        record = running.journal.wait()[0]
        if cut <= STREAM.index(b"\r\n\r\n"):
            assert received.startswith(b"HTTP/1.1 502 ")
            assert record.outcome == "upstream_unreachable"
            assert record.status == 502
        else:
            assert received.startswith(b"HTTP/1.1 200 ")
            assert not received.endswith(b"0\r\n\r\n"), "never ended as if complete"
            assert record.outcome == "upstream_closed"


def test_cut_answer_without_framing_is_a_reset_for_a_1_0_client() -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM)

    with upstream(script) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
        with pytest.raises(ConnectionResetError):  # noqa: PT012 - bytes may come before the reset
            while sock.recv(65536):
                pass
        assert running.journal.wait()[0].outcome == "upstream_closed"


@pytest.mark.parametrize(
    "garbage",
    [
        b"garbage\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 0\n\n" + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", b"HTTP/1.1 101 Switching\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000,
    ],
)  # fmt: skip
def test_server_that_sends_garbage_is_a_bad_gateway(garbage: bytes) -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(garbage)
        while sock.recv(10):
            pass

    with upstream(script) as server, gateway(server) as running:
        status, _, body = running.ask(CHAT)
        assert status == 502
        assert b"HTTP/1.1" in body
        assert running.journal.wait()[0].outcome == "upstream_invalid"


def test_server_that_breaks_its_chunks_cuts_the_client() -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM + b"zz\r\n")

    with upstream(script) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(CHAT)
        received = b""
        while got := sock.recv(65536):
            received += got
        assert not received.endswith(b"0\r\n\r\n")
        assert running.journal.wait()[0].outcome == "upstream_invalid"


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        (b"/api/chat", b'{"error":"'),
        (b"/v1/chat/completions", b'{"error":{"message":"'),
        (b"/v1/messages", b'{"type":"error","error":{"type":"api_error"'),
    ],
)
def test_unreachable_server_is_told_in_the_shape_of_the_api(path: bytes, shape: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    options = UpstreamOptions(name="default", url=f"http://127.0.0.1:{port}")
    with gateway(options) as running:
        status, _head, body = running.ask(b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}" % path)
        assert status == 502
        assert body.startswith(shape)
        record = running.journal.wait()[0]
        assert (record.outcome, record.status, record.response_body) == ("upstream_unreachable", 502, body)


def test_connection_that_takes_too_long_is_a_504() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        # A full backlog on Linux drops further SYNs: connections hang, as behind a firewall.
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        options = UpstreamOptions(name="default", url=f"http://127.0.0.1:{full.getsockname()[1]}")
        with gateway(options, limits=Limits(connect_seconds=0.2, drain_seconds=0.2)) as running:
            status, _, _ = running.ask(CHAT)
            assert status == 504
            assert running.journal.wait()[0].outcome == "upstream_timeout"
        for filler in fillers:
            filler.close()


def test_answer_limit_where_configured() -> None:
    with (
        upstream(silent) as server,
        gateway(server, limits=Limits(answer_seconds=0.1, drain_seconds=0.2)) as running,
    ):
        assert running.ask(CHAT)[0] == 504
        assert server.closed.wait(5)


@pytest.mark.parametrize(
    "request_bytes",
    [
        CHAT,
        GET,
        CHAT.replace(b"Content-Length: 13", b"Transfer-Encoding: chunked").replace(b'{"model"', b'd\r\n{"model"')
        + b"\r\n0\r\n\r\n",
    ],
)
def test_stale_pooled_connection_is_replaced_unnoticed(request_bytes: bytes) -> None:
    first = threading.Event()

    def script(sock: socket.socket, server: Upstream) -> None:
        _, body, _ = read_message(sock)
        server.received.append(body)
        sock.sendall(OK)
        if not first.is_set():
            first.set()
            read_message(sock)  # takes the second request, then dies without a byte
            return
        while True:
            _head, body, _ = read_message(sock)
            sock.sendall(OK)

    with upstream(script) as server, gateway(server) as running:
        for _ in range(2):
            status, _, body = running.ask(request_bytes)
            assert (status, body) == (200, b"{}")
        assert server.connections == 2
        assert server.received[0] == server.received[1]
        assert [r.outcome for r in running.journal.wait(2)] == ["complete", "complete"]


def test_fresh_connection_that_dies_is_not_tried_again() -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)

    with upstream(script) as server, gateway(server) as running:
        assert running.ask(CHAT)[0] == 502
        assert server.connections == 1


def test_recorder_that_fails_is_only_counted() -> None:
    with upstream(respond(OK)) as server, gateway(server) as running:
        running.journal.broken = True
        assert running.ask(CHAT)[0] == 200
        wait_for(lambda: running.status.counts.get("dropped.encode") == 1)


def test_strict_holds_the_last_byte_until_the_record_is_on_disk() -> None:
    with upstream(respond(OK)) as server, gateway(server, durability="strict") as running, running.connect() as sock:
        running.journal.durable = False
        sock.sendall(CHAT)
        _head, rest = read_head(sock)
        while len(rest) < 1:
            rest += sock.recv(10)
        assert rest == b"{"
        wait_for(lambda: bool(running.journal.waiting))
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(10)
        sock.settimeout(5)
        running.journal.waiting[0](True)
        assert sock.recv(10) == b"}"


def test_strict_gives_up_holding_in_time() -> None:
    limits = Limits(strict_seconds=0.05, drain_seconds=0.2)
    with upstream(respond(OK)) as server, gateway(server, durability="strict", limits=limits) as running:
        running.journal.durable = False
        assert running.ask(CHAT)[2] == b"{}"
        assert running.status.counts["strict_timeouts"] == 1


def test_drain_lets_a_running_answer_end_and_takes_no_new_client() -> None:
    go = threading.Event()

    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(STREAM)
        go.wait(5)
        sock.sendall(b"0\r\n\r\n")

    with upstream(script) as server, gateway(server, limits=Limits(drain_seconds=5)) as running:
        with running.connect() as sock:
            sock.sendall(CHAT)
            _head, rest = read_head(sock)
            running.loop.call_soon_threadsafe(running.stop.set)
            wait_for(lambda: running.worker.draining)
            go.set()
            while not rest.endswith(b"0\r\n\r\n"):
                got = sock.recv(100)
                assert got
                rest += got
        assert running.journal.wait()[0].outcome == "complete"


def test_drain_cuts_what_takes_too_long() -> None:
    with upstream(silent) as server, gateway(server, limits=Limits(drain_seconds=0.1)) as running:
        with running.connect() as sock:
            sock.sendall(CHAT)
            wait_for(lambda: bool(server.received))
            running.loop.call_soon_threadsafe(running.stop.set)
            with pytest.raises(ConnectionResetError):
                assert sock.recv(10) == b"unreachable"
        assert running.journal.wait()[0].outcome == "internal_error"

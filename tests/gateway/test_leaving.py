"""Clients that leave where it is hard to see, bodies that break late, and what strict durability holds."""

from __future__ import annotations

import socket

import pytest

from gateway.rig import OK, Upstream, gateway, read_head, read_message, respond, upstream, wait_for
from sereno.gateway.server import ClientConnection
from sereno.trust.keys import presented

CHAT = b'POST /api/chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: 13\r\n\r\n{"model":"m"}'
CHUNKED_CHAT = b"POST /api/chat HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"


def silent(sock: socket.socket, server: Upstream) -> None:
    """Read a request and never answer."""
    server.received.append(read_message(sock)[0])
    while sock.recv(65536):
        pass


def test_client_that_leaves_behind_bytes_that_are_held_stops_the_server() -> None:
    with upstream(silent) as server, gateway(server) as running:
        with running.connect() as sock:
            sock.sendall(CHAT)
            wait_for(lambda: bool(server.received))
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 80_000)
            wait_for(lambda: any(client.held for client in tuple(running.worker.clients)))
        assert server.closed.wait(10)
        assert running.journal.wait()[0].outcome == "client_closed"


def test_body_that_breaks_after_forwarding_began_is_recorded_with_the_answer_the_client_got() -> None:
    with upstream(silent) as server, gateway(server) as running, running.connect() as sock:
        sock.sendall(CHUNKED_CHAT + b"3\r\nabc\r\n")
        wait_for(lambda: server.connections == 1)
        sock.sendall(b"zz\r\n")
        head, body, _ = read_message(sock)
        assert head.startswith(b"HTTP/1.1 400 ")
        record = running.journal.wait()[0]
        assert (record.outcome, record.status, record.response_body) == ("complete", 400, body)


def test_strict_records_once_when_the_client_leaves_during_the_hold() -> None:
    with upstream(respond(OK)) as server, gateway(server, durability="strict") as running:
        running.journal.durable = False
        with running.connect() as sock:
            sock.sendall(CHAT)
            wait_for(lambda: bool(running.journal.waiting))
        wait_for(lambda: not running.worker.clients)
        running.journal.waiting[0](True)
        assert [record.outcome for record in running.journal.exchanges] == ["complete"]


@pytest.mark.parametrize("parts", [(b"0\r\n", b"\r\n"), (b"0", b"\r\n\r", b"\n"), (b"0\r\nX-Sum: 1\r\n", b"\r\n")])
def test_strict_holds_the_end_of_a_chunked_answer_however_it_is_split(parts: tuple[bytes, ...]) -> None:
    def script(sock: socket.socket, server: Upstream) -> None:
        read_message(sock)
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        for part in parts:
            server.received.append(part)
            # The gateway must have read each part on its own before the next is sent.
            size = sum(map(len, server.received[:-1]))
            wait_for(lambda: size == 0 or any(len(c.relay.pending) >= size for c in clients() if c.relay))  # noqa: B023
            sock.sendall(part)
        while sock.recv(100):
            pass

    with upstream(script) as server, gateway(server, durability="strict") as running, running.connect() as sock:
        running.journal.durable = False

        def clients() -> tuple[ClientConnection, ...]:
            return tuple(running.worker.clients)

        sock.sendall(CHAT)
        _head, rest = read_head(sock)
        wait_for(lambda: bool(running.journal.waiting))
        while len(rest) < 8:
            rest += sock.recv(100)
        sock.setblocking(False)
        with pytest.raises(BlockingIOError):
            sock.recv(100)
        sock.settimeout(5)
        assert rest == b"3\r\nabc\r\n"
        running.journal.waiting[0](True)
        end = b"".join(parts)
        while len(rest) < 8 + len(end):
            rest += sock.recv(100)
        assert rest == b"3\r\nabc\r\n" + end


def test_a_sereno_key_may_come_where_anthropics_sdk_puts_its_own() -> None:
    assert presented([(b"X-Api-Key", b"sk-sereno-abc")]) == "sk-sereno-abc"
    assert presented([(b"x-api-key", b"sk-ant-abc")]) is None

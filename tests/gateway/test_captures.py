"""Every recorded exchange of real servers, replayed: the client gets the bytes it would have got without us."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import pytest

from captures.loader import LLAMA_CPP, NAMES, load
from gateway.rig import Gateway, Upstream, gateway, header, read_head, read_message, upstream

_HOP = {b"connection", b"transfer-encoding", b"keep-alive"}


class Replay:
    """Answers with the capture under test, read by read as it was sent."""

    def __init__(self) -> None:
        self.name = NAMES[0]
        self.request = b""

    def __call__(self, sock: socket.socket, server: Upstream) -> None:
        while True:
            head, rest = read_head(sock)
            wire = load(self.name)
            if header(head, b"expect"):
                sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            _, self.request, _ = read_message(sock, head + rest)
            for _, data in wire.response:
                sock.sendall(data.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"))
            if wire.end != "complete":
                return


Stand = tuple[Replay, Gateway]


@pytest.fixture(scope="module")
def stand() -> Iterator[Stand]:
    replay = Replay()
    with upstream(replay) as server, gateway(server) as running:
        yield replay, running


def fields(head: bytes) -> list[bytes]:
    lines = head.replace(b"HTTP/1.0 ", b"HTTP/1.1 ", 1).split(b"\r\n")  # a hop says its own version
    return [line for line in lines if line.partition(b":")[0].lower() not in _HOP]


def everything(sock: socket.socket) -> bytes:
    data = b""
    while got := sock.recv(262144):
        data += got
    return data


def dechunked(head: bytes, data: bytes) -> tuple[bytes, bool]:
    """Body without framing, and whether its last chunk was there."""
    if header(head, b"transfer-encoding") != b"chunked":
        return data, True
    body = b""
    while data:
        line, _, data = data.partition(b"\r\n")
        if not line:
            break
        size = int(line, 16)
        if size == 0:
            return body, True
        body += data[:size]
        data = data[size + 2 :]
    return body, False


@pytest.mark.parametrize(
    "name", [n for n in (*NAMES, *LLAMA_CPP) if n not in ("keepalive_pipelined", "host_forbidden")]
)
def test_the_client_gets_what_the_server_sent(stand: Stand, name: str) -> None:
    replay, running = stand
    replay.name = name
    wire = load(name)
    raw = wire.request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1)
    if b"\r\nConnection: close\r\nConnection: close" in raw or b"Connection: close" in wire.request:
        raw = wire.request
    picked = random.Random(name)
    with running.connect() as sock:
        at = 0
        while at < len(raw):
            step = picked.randint(1, max(1, len(raw) // 3))
            sock.sendall(raw[at : at + step])
            at += step
        received = everything(sock)
    expected = wire.response_bytes
    while expected.startswith(b"HTTP/1.1 100"):
        interim, _, expected = expected.partition(b"\r\n\r\n")
        got, _, received = received.partition(b"\r\n\r\n")
        assert got == interim
    want_head, _, want_body = expected.partition(b"\r\n\r\n")
    head, _, body = received.partition(b"\r\n\r\n")
    assert fields(head) == fields(want_head)
    if wire.capture.request.version == "HTTP/1.1" or header(want_head, b"content-length"):
        assert dechunked(head, body) == dechunked(want_head, want_body)
    else:
        assert dechunked(head, body)[0] == want_body
    if header(head, b"transfer-encoding"):
        assert body == want_body, "chunked answers pass with their framing untouched"
    record = running.journal.exchanges[-1]
    assert record.status == int(want_head.split()[1])
    assert record.request_body == replay.request
    assert record.response_body == dechunked(want_head, want_body)[0]
    assert list(record.chunk_ends) == sorted(record.chunk_ends)
    assert record.chunks == len(record.chunk_times)
    finished = dechunked(want_head, want_body)[1]
    assert record.outcome == ("complete" if finished else "upstream_closed")


def test_all_captures_are_replayed() -> None:
    assert len(NAMES) == 182

"""A model server that sends what it should not: nothing of it splits an answer or reaches the next client."""

from __future__ import annotations

import pytest

from gateway.rig import gateway, header, read_head, read_message, respond, upstream

GET = b"GET /api/tags HTTP/1.1\r\nHost: localhost\r\n\r\n"
HIDDEN = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhidden"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nX: a\rY: b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\nSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 O\0K\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 49\r\n\r\n" + HIDDEN,
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        b"HTTP/1.1 099 Low\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000,
    ],
)
def test_head_that_is_not_http_is_a_bad_gateway(answer: bytes) -> None:
    with upstream(respond(answer)) as server, gateway(server) as running:
        status, head, _ = running.ask(GET)
        assert status == 502
        assert header(head, b"set-cookie") is None
        assert running.journal.wait()[0].outcome == "upstream_invalid"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}" + HIDDEN,
        b"HTTP/1.1 204 No Content\r\n\r\n" + HIDDEN,
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n" + HIDDEN,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + HIDDEN,
    ],
)
def test_bytes_behind_an_answer_reach_nobody(answer: bytes) -> None:
    with upstream(respond(answer)) as server, gateway(server) as running, running.connect() as sock:
        for _ in range(2):
            sock.sendall(GET)
            head, _, rest = read_message(sock, bodiless=b" 204 " in answer or b" 304 " in answer)
            assert head.startswith(answer[:12])
            assert rest == b""
        assert server.connections == 2, "a connection that said too much is not used again"


def test_interim_answers_and_trailers_pass_in_order() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
    final = b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX-Sum: 7\r\n\r\n"
    with upstream(respond(hints + hints + final)) as server, gateway(server) as running, running.connect() as sock:
        raw = (
            b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Mine: 1\r\n\r\n"
        )
        sock.sendall(raw)
        rest = b""
        for _ in range(2):
            head, rest = read_head(sock, rest)
            assert head == hints
        while not rest.endswith(b"\r\n0\r\nX-Sum: 7\r\n\r\n"):
            got = sock.recv(100)
            assert got
            rest += got
        assert running.journal.wait()[0].response_body == b"{}"
    with upstream(respond(hints + final)) as server, gateway(server) as running:
        status, _, body = running.ask(b"GET / HTTP/1.0\r\n\r\n")
        assert (status, body) == (200, b"{}"), "HTTP/1.0 knows neither interim answers nor chunks"

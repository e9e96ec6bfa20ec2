"""The client against hand-written answers: framing by RFC 9112 §6.3, what is kept and what is not."""

from __future__ import annotations

import asyncio
import time

import pytest

from loadtest.scripted import Asked, Server
from sereno.loadtest.client import Client
from sereno.loadtest.reply import BODY_CAP, HEAD_CAP, Reply

OK = b"HTTP/1.1 200 OK\r\n"


def ask(server: Server, answer: bytes, times: int = 1, *, close: bool = False, limit: float = 30.0) -> list[Reply]:
    async def write(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        if close:
            writer.close()

    async def go() -> list[Reply]:
        client = Client(server.address, {"x-test": "1"}, time.monotonic)
        try:
            return [await client.send("POST", "/x", b"{}", limit=limit) for _ in range(times)]
        finally:
            client.close()

    server.behaviour = write
    return asyncio.run(go())


@pytest.mark.parametrize(
    ("answer", "close", "body"),
    [
        (OK + b"Content-Length: 5\r\n\r\nhello", False, b"hello"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n", False, b"hello"),
        (OK + b"\r\nhello", True, b"hello"),
        (b"HTTP/1.0 200 OK\r\n\r\nhello", True, b"hello"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK
         + b"Content-Length: 5\r\n\r\nhello", False, b"hello"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", False, b""),
    ],
)  # fmt: skip
def test_an_answer_is_whole_by_its_framing(server: Server, answer: bytes, close: bool, body: bytes) -> None:
    (reply,) = ask(server, answer, close=close)
    assert (reply.outcome, bytes(reply.body), reply.size) == ("complete", body, len(body))


def test_interim_answers_leave_no_fields_behind(server: Server) -> None:
    answer = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 0\r\n\r\n"
    (reply,) = ask(server, answer)
    assert (reply.status, reply.headers) == (200, ((b"Content-Length", b"0"),))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (OK + b"Content-Length: 9\r\n\r\nhello", "upstream_closed"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhel", "upstream_closed"),
        (OK, "upstream_unreachable"),
        (b"", "upstream_unreachable"),
        (b"hello\r\n\r\n", "upstream_invalid"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "upstream_invalid"),
        (OK + b"A: " + b"b" * (HEAD_CAP + 1), "upstream_invalid"),
    ],
)
def test_another_end_is_named(server: Server, answer: bytes, outcome: str) -> None:
    (reply,) = ask(server, answer, close=True)
    assert reply.outcome == outcome
    assert reply.problem


def test_connections_are_kept_where_the_server_keeps_them(server: Server) -> None:
    ask(server, OK + b"Content-Length: 2\r\n\r\nok", 5)
    assert server.accepted == 1
    ask(server, OK + b"Connection: close\r\nContent-Length: 2\r\n\r\nok", 3)
    assert server.accepted == 4


def test_bytes_after_an_answer_end_the_connection_and_never_reach_another(server: Server) -> None:
    whole = OK + b"Content-Length: 2\r\n\r\nok"
    for extra in (b"x", b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"):
        before = server.accepted
        replies = ask(server, whole + extra, 3)
        assert [(reply.status, bytes(reply.body), reply.outcome) for reply in replies] == [(200, b"ok", "complete")] * 3
        assert server.accepted == before + 3


def test_a_long_body_is_counted_and_kept_in_part(server: Server) -> None:
    size = BODY_CAP + 12345
    (reply,) = ask(server, OK + b"Content-Length: %d\r\n\r\n" % size + b"a" * size)
    assert (reply.size, len(reply.body), reply.outcome) == (size, BODY_CAP, "complete")
    assert reply.ends[-1] == size


def test_no_answer_in_time_is_given_up(server: Server) -> None:
    (reply,) = ask(server, OK + b"Content-Length: 9\r\n\r\nhello", limit=0.3)
    assert (reply.outcome, reply.status, bytes(reply.body)) == ("upstream_timeout", 200, b"hello")
    assert reply.ended_at - reply.began_at >= 0.3


def test_a_request_is_framed_and_carries_its_fields(server: Server) -> None:
    ask(server, OK + b"Content-Length: 0\r\n\r\n")
    asked = server.asked[0]
    assert (asked.method, asked.target, asked.body) == ("POST", "/x", b"{}")
    assert asked.headers["content-length"] == "2"
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["x-test"] == "1"
    assert asked.headers["host"] == f"127.0.0.1:{server.port}"

"""The parser of request heads, alone and beside h11's: what h11 refuses is refused, what is accepted reads the same."""

from __future__ import annotations

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sereno.gateway.refusal import Refusal
from sereno.gateway.request_head import RequestHead, broken, parse_request_head

HEAD = b"POST /api/chat HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 13\r\nX-A: b c\r\n"


def ours(raw: bytes) -> RequestHead | None:
    try:
        return parse_request_head(raw)
    except Refusal:
        return None


def theirs(raw: bytes) -> h11.Request | None:
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(raw + b"\r\n")
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError:
        return None
    return event if isinstance(event, h11.Request) else None


FIELDS = [
    b"Host: localhost",
    b"Host: a:80",
    b"Host:",
    b"Content-Length: 5",
    b"Content-Length: 5, 5",
    b"Content-Length: +5",
    b"content-length:0",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"TE: trailers",
    b"Transfer-Encoding:\tchunked",
    b"Transfer-Encoding : chunked",
    b" folded",
    b"X: \x80\xff",
    b"X: a\x0bb",
    b"X: \x00",
    b"Connection: close",
    b"Expect: 100-continue",
    b"X-Empty:",
    b"X:  padded \t",
    b": none",
    b"a b: c",
    b"X: \r",
    b"X: a\nY: b",
]
LINES = [
    b"GET / HTTP/1.1",
    b"GET / HTTP/1.0",
    b"POST /a?b=c HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"GET http://a/b HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET / HTTP/1.2",
    b"get / HTTP/1.1",
    b"GET /\x7f HTTP/1.1",
    b"GET /\xc3 HTTP/1.1",
    b"GET /",
]
HEADS = st.builds(
    lambda line, fields: b"".join(part + b"\r\n" for part in (line, *fields)),
    st.sampled_from(LINES),
    st.lists(st.sampled_from(FIELDS), max_size=5),
)
BYTES = b'\x00\t\n\r\x0b\x0c "#%,-./0123456789:;?@ABCHTP[]_abcdehnorst\x7f\x80\xff'
MUTATIONS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 2), st.sampled_from(BYTES).map(lambda b: bytes([b]))), max_size=4
)


def mutated(raw: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, dropped, byte in changes:
        place = at % (len(raw) + 1)
        raw = raw[:place] + byte + raw[place + dropped :]
    return raw


@settings(max_examples=3000, deadline=None)
@given(HEADS, MUTATIONS)
@example(b"GET / HTTP/1.1\r\nHost: a\r\n", [])
def test_what_is_accepted_h11_reads_the_same(raw: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    raw = mutated(raw, changes)
    if b"\r\n\r\n" in raw or raw.startswith(b"\r\n") or not raw.endswith(b"\r\n"):
        return  # not one head: the connection cuts these off before the parser
    head = ours(raw)
    if head is None:
        return
    request = theirs(raw)
    assert request is not None, raw
    assert (head.method, head.target) == (request.method, request.target)
    assert [(name.lower(), value) for name, value in head.fields] == [
        (bytes(name), bytes(value)) for name, value in request.headers
    ]
    assert request.http_version == (b"1.1" if head.modern else b"1.0")
    lengths = [value for name, value in request.headers if name == b"content-length"]
    assert lengths == ([] if head.length is None else [b"%d" % head.length]) or int(lengths[0]) == head.length
    assert head.chunked == any(name == b"transfer-encoding" for name, _ in request.headers)


def test_the_comparison_meets_both_answers() -> None:
    assert ours(HEAD) is not None
    assert theirs(HEAD) is not None
    assert ours(HEAD.replace(b": ", b" : ")) is None
    assert theirs(HEAD.replace(b": ", b" : ")) is None


@pytest.mark.parametrize("size", range(len(HEAD) + 1))
def test_no_beginning_of_a_good_head_looks_broken_whatever_was_seen_before(size: int) -> None:
    for seen in range(size + 1):
        assert not broken(HEAD[:size], seen)


@given(HEADS, MUTATIONS, st.integers(0, 300))
def test_what_was_seen_well_need_not_be_seen_again(raw: bytes, changes: list[tuple[int, int, bytes]], at: int) -> None:
    raw = mutated(raw, changes)
    at %= len(raw) + 1
    if not broken(raw[:at]):
        assert broken(raw, at) == broken(raw)


@pytest.mark.parametrize(
    "line",
    [
        b"CONNECT / HTTP/1.1",
        b"CONNECT localhost:80 HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /#?key=1 HTTP/1.1",
        b"GET http://localhost/#x HTTP/1.1",
        b"GET http://a@localhost/ HTTP/1.1",
        b"GET //a@b:c@ HTTP/1.2",
    ],
)
def test_target_that_two_servers_would_read_differently(line: bytes) -> None:
    assert ours(line + b"\r\nHost: localhost\r\n") is None

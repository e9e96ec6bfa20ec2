"""Heads written anew: the request's for the model server, the answer's for the client."""

from __future__ import annotations

from typing import Final

from sereno.gateway.request_head import RequestHead
from sereno.gateway.response_head import ResponseHead

_REQUEST: Final = (
    b"%b %b HTTP/1.1\r\nHost: %b\r\n%b"
    b"%bX-Forwarded-For: %b\r\nX-Forwarded-Host: %b\r\nX-Forwarded-Proto: %b%b%b\r\n\r\n"
)
"""One format is the fastest way to build a head."""


def request_head_bytes(
    head: RequestHead, path: bytes, host: bytes, peer: bytes, proto: bytes, extra: bytes = b"", *,
    expect: bool = True, length: int | None = None,
) -> bytes:  # fmt: skip
    """The head that the model server gets: hop-by-hop fields gone, Host its own, the client's address told.

    Args:
        head: the client's head.
        path: target in origin form.
        host: the Host to ask for.
        peer: the client's address.
        proto: `http` or `https`, how the client came.
        extra: further lines, each begun by CRLF.
        expect: whether `Expect: 100-continue` is passed on.
        length: of the body that is sent, None if its framing is chunked or it has none.
    """
    chain = peer if head.forwarded_for is None else head.forwarded_for + b", " + peer
    if length is not None:
        framing = b"\r\nContent-Length: %d" % length
    elif head.chunked:
        framing = b"\r\nTransfer-Encoding: chunked"
    else:
        framing = b""
    if head.expects and expect:
        framing += b"\r\nExpect: 100-continue"
    lines = b"\r\n".join(head.lines)
    return _REQUEST % (
        head.method, path, host, lines, b"\r\n" if lines else b"", chain, head.host or host, proto, framing, extra,
    )  # fmt: skip


def response_head_bytes(head: ResponseHead, framing: bytes) -> bytes:
    """The head that the client gets.

    Args:
        head: the model server's head.
        framing: lines that tell the body's length and the connection's fate, each begun by CRLF.
    """
    lines = head.lines
    if lines:
        return b"HTTP/1.1 %d %b\r\n%b%b\r\n\r\n" % (head.status, head.phrase, b"\r\n".join(lines), framing)
    return b"HTTP/1.1 %d %b%b\r\n\r\n" % (head.status, head.phrase, framing)

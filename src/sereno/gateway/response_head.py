"""The head of a model server's answer: read strictly, written anew for the client."""

from __future__ import annotations

import re
from typing import Final

from sereno.gateway import fields as f
from sereno.gateway.request_head import FIELD, TOKEN

_HEAD: Final = re.compile(
    rb"HTTP/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?\r\n"
    rb"((?:" + TOKEN + rb"+:[\t\x20-\x7e\x80-\xff]*\r\n)*)"
)
"""Status line (RFC 9112 §4; the reason may be absent) and field lines."""


class ResponseHead:
    """An answer's head, checked.

    Attributes:
        status: status code.
        phrase: reason phrase as sent.
        fields: (name, value) in the order sent.
        lines: `Name: value` of the fields that are forwarded.
        length: Content-Length, None without.
        chunked: whether the body is chunked.
        keep_alive: whether the model server's connection stays.
        guarded: whether a field holds a credential.
    """

    __slots__ = ("chunked", "fields", "guarded", "keep_alive", "length", "lines", "phrase", "status")

    status: int
    phrase: bytes
    fields: list[tuple[bytes, bytes]]
    lines: list[bytes]
    length: int | None
    chunked: bool
    keep_alive: bool
    guarded: bool


def parse_response_head(raw: bytes) -> ResponseHead:
    """Read a head, given up to and with the CRLF of its last field line, without the empty line.

    Raises:
        ValueError: it is not HTTP/1.x, or its framing is ambiguous.
    """
    match = _HEAD.fullmatch(raw)
    if match is None:
        raise ValueError("the answer does not begin with a valid HTTP/1.1 head")
    head = ResponseHead()
    minor, status, phrase, field_lines = match.groups()
    head.status = int(status)
    head.phrase = phrase or b""
    head.fields = fields = FIELD.findall(field_lines)
    head.length = None
    head.chunked = head.guarded = False
    head.keep_alive = minor == b"1"
    head.lines = lines = []
    known = f.KNOWN
    nominated: set[bytes] | None = None
    for name, value in fields:
        kind = known.get(name)
        if kind is None:
            kind = f.kind(name)
        if kind == 0:
            lines.append(name + b": " + value)
        elif kind == f.LENGTH:
            if head.length is not None or not value.isdigit() or len(value) > 18:
                raise ValueError("the answer's Content-Length is doubled or no number")
            head.length = int(value)
        elif kind == f.CODING:
            if head.chunked or value.lower() != b"chunked":
                raise ValueError("the answer's Transfer-Encoding is not exactly `chunked`")
            head.chunked = True
        elif kind == f.CONNECTION:
            if nominated is None:
                nominated = set()
            nominated.update(option.strip().lower() for option in value.split(b","))
        elif kind not in (f.HOP, f.UPGRADE, f.PROXY_KEY):
            head.guarded = head.guarded or kind in (f.CREDENTIAL, f.AUTHORIZATION, f.KEY)
            lines.append(name + b": " + value)
    if head.chunked and head.length is not None:
        raise ValueError("the answer has both Content-Length and Transfer-Encoding")
    if nominated:
        if b"close" in nominated:
            head.keep_alive = False
        elif b"keep-alive" in nominated:
            head.keep_alive = True
        head.lines = [line for line in lines if line[: line.index(b":")].lower() not in nominated]
    return head

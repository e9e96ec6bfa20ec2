"""Request bodies: the few fields of all protocols that say what was asked, read once for every route.

Fields are untyped on purpose: a client may send anything, and one wrong field must not hide the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from sereno.calls import Exchange
from sereno.wire import jsontext
from sereno.wire.coding import decode_body

_EMPTY = msgspec.Raw(b"")


class RequestBody(msgspec.Struct, gc=False):
    """What a request's JSON object may hold; fields that are not here are skipped unread."""

    model: Any = None
    name: Any = None
    source: Any = None
    messages: Any = None
    prompt: Any = None
    input: Any = None
    images: Any = None
    stream: Any = None
    system: Any = None
    instructions: Any = None
    context: msgspec.Raw = _EMPTY
    user: Any = None
    safety_identifier: Any = None
    metadata: Any = None
    conversation: Any = None
    previous_response_id: Any = None
    store: Any = None
    content: Any = None
    input_prefix: Any = None
    input_suffix: Any = None


_decoder = msgspec.json.Decoder(RequestBody)
NOTHING = RequestBody()


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The value of the first field of this lower-case name, b"" without one."""
    for field, value in headers:
        if field.lower() == name:
            return value
    return b""


def coding_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """All Content-Encoding fields as one list, "" without one."""
    found = [value for name, value in headers if len(name) == 16 and name.lower() == b"content-encoding"]
    return b",".join(found).decode("latin-1") if found else ""


def read_request(exchange: Exchange) -> tuple[RequestBody, str | None]:
    """The fields of a request's body, and why it could not be read (None if it could, or is empty).

    A body that the capture cap cut is read as far as it goes.
    """
    body = exchange.request_body
    if not body:
        return NOTHING, None
    coding = coding_of(exchange.request_headers)
    whole = not exchange.request_truncated
    if coding:
        decoded = decode_body(body, coding)
        body = decoded.body
        if decoded.error and not body:
            return NOTHING, f"request: {decoded.error}"
        whole = whole and decoded.whole
    try:
        return (jsontext.read(body, _decoder) if whole else jsontext.read_cut(body, _decoder)), None
    except ValueError as error:
        return NOTHING, f"request: {str(error)[:160]}" if whole else None


def text(value: object) -> str | None:
    """A non-empty text, None for anything else."""
    return value if isinstance(value, str) and value else None

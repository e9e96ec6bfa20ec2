"""One call whole: its message, how it went, the conversation, the timeline of chunks, both sides as on the wire.

Bodies are shown without their content coding, as text where they are UTF-8 and as base64 where not. Credential
headers were replaced before the record was made.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from sereno.calls import Call, Exchange, Headers, Message, Timing
from sereno.categories.categorise import Verdict
from sereno.query.message import CallMessage, message
from sereno.store.base import CallDetail as StoredDetail
from sereno.wire.coding import decode_body
from sereno.wire.conversation import messages

SHOWN_BYTES = 4 << 20
"""Bytes of a decoded body that are shown at most."""
TIMELINE_MOST = 5000


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """One side's body.

    Attributes:
        size: bytes on the wire.
        text: the body as text (UTF-8) or base64.
        encoding: which of the two.
        truncated: whether the capture cap, or the limit of what is shown, cut it.
        error: why its content coding could not be undone to the end, null if it could.
    """

    size: int
    text: str
    encoding: Literal["utf-8", "base64"]
    truncated: bool
    error: str | None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One side of the exchange: header fields in the order sent, and the body."""

    headers: list[tuple[str, str]]
    body: Body


class TimelineChunk(msgspec.Struct, frozen=True):
    """A piece of the answer: seconds from the call's start, and its bytes."""

    at: float
    bytes: int


class CallDetailMessage(CallMessage, frozen=True, gc=False, kw_only=True):
    """One call with everything that is known of it.

    `messages`, `timeline`, `request` and `answer` are null once the bodies were deleted or were not kept.

    Attributes:
        category_reason: what the settings in force make of the prompt as it is stored, with evidence; null once it is
            not. It differs from `category` where settings changed since; `sereno categories apply` makes them equal.
    """

    protocol: str
    route: str
    path: str
    method: str
    upstream: str
    request_model: str | None
    http_status: int | None
    error_message: str | None
    reasoning_tokens: int | None
    cache_write_tokens: int | None
    cache_write_hour_tokens: int | None
    timing: Timing
    chunks: int
    tool_calls: int
    images: int
    request_bytes: int
    response_bytes: int
    truncated: bool
    decode_error: str | None
    cost_source: str | None
    energy_joules: float | None
    key: str | None
    agent: str | None
    span_id: str | None
    internal: str
    category_reason: Verdict | None
    messages: list[Message] | None
    timeline: list[TimelineChunk] | None
    request: Side | None
    answer: Side | None


def detail(stored: StoredDetail, why_category: Callable[[Call], Verdict | None]) -> CallDetailMessage:
    """The detail of a stored call.

    Args:
        stored: the call and its bodies.
        why_category: `KeeperView.why_category`.
    """
    call, exchange = stored.call, stored.exchange
    base = message(call, None)
    return CallDetailMessage(
        **{name: getattr(base, name) for name in CallMessage.__struct_fields__},
        **_of_call(call),
        category_reason=why_category(call) if call.prompt else None,
        messages=None if exchange is None else conversation(exchange),
        timeline=None if exchange is None else timeline(exchange),
        request=None if exchange is None else request_side(exchange),
        answer=None if exchange is None else response_side(exchange),
    )


def _of_call(call: Call) -> dict[str, Any]:
    same = (
        "protocol route path method upstream request_model http_status error_message timing chunks tool_calls images "
        "request_bytes response_bytes truncated decode_error cost_source energy_joules span_id internal"
    )
    return {name: getattr(call, name) for name in same.split()} | {
        "reasoning_tokens": call.usage.reasoning_tokens,
        "cache_write_tokens": call.usage.cache_write_tokens,
        "cache_write_hour_tokens": call.usage.cache_write_hour_tokens,
        "key": call.identity.key,
        "agent": call.identity.agent,
    }


def conversation(exchange: Exchange) -> list[Message]:
    """The messages sent, then what was answered."""
    whole = messages(exchange)
    return [*whole.messages, *whole.answers]


def timeline(exchange: Exchange) -> list[TimelineChunk]:
    """When each piece of the answer arrived; the first `TIMELINE_MOST`."""
    out, before = [], 0
    for at, end in zip(exchange.chunk_times[:TIMELINE_MOST], exchange.chunk_ends, strict=False):
        out.append(TimelineChunk(at, end - before))
        before = end
    return out


def request_side(exchange: Exchange) -> Side:
    """What the client sent."""
    return _side(
        exchange.request_headers, exchange.request_body, exchange.request_size, truncated=exchange.request_truncated
    )


def response_side(exchange: Exchange) -> Side:
    """What the client got."""
    return _side(
        exchange.response_headers, exchange.response_body, exchange.response_size, truncated=exchange.response_truncated
    )


def _side(headers: Headers, body: bytes, size: int, *, truncated: bool) -> Side:
    coding = ",".join(v.decode("latin-1") for n, v in headers if n.lower() == b"content-encoding")
    decoded = decode_body(body, coding, limit=SHOWN_BYTES + 1)
    shown = decoded.body[:SHOWN_BYTES]
    cut = truncated or len(decoded.body) > SHOWN_BYTES
    encoding: Literal["utf-8", "base64"] = "utf-8"
    try:
        text = shown.decode()
    except UnicodeDecodeError as error:
        if cut and error.start >= len(shown) - 3:  # the cut went through a character
            text = shown[: error.start].decode()
        else:
            text, encoding = b64encode(shown).decode(), "base64"
    return Side(
        headers=[(n.decode("latin-1"), v.decode("latin-1")) for n, v in headers],
        body=Body(size=size, text=text, encoding=encoding, truncated=cut, error=decoded.error),
    )

"""The records everything turns on: `Exchange`, raw as on the wire, `Call`, what it meant, `Position`, how far.

Seconds are floats; wall times are seconds (or, where the name ends in `_ns`, nanoseconds) since the
Unix epoch, UTC. Unknown is `None`, never 0. Ids are UUIDv7 (RFC 9562 §5.7) made at the request's start.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

Outcome = Literal[
    "complete",  # the answer ended well-framed and was handed over whole: the server's, or ours to a broken body
    "client_closed",  # the client left first
    "upstream_closed",  # the model server's connection ended inside the answer
    "upstream_unreachable",  # no connection, or it closed before a byte of the answer
    "upstream_timeout",  # a configured time limit on the model server ran out
    "upstream_invalid",  # the model server sent what is not HTTP
    "internal_error",  # the gateway itself failed on this exchange
]
Protocol = Literal["ollama", "openai", "anthropic", "llama.cpp", "unknown"]
Operation = Literal["chat", "text_completion", "embeddings", "other"]
Status = Literal["success", "error", "aborted"]

LLM_OPERATIONS: tuple[Operation, ...] = ("chat", "text_completion", "embeddings")
"""The operations that count as LLM requests (design §7); the rest is `other`."""

Headers = tuple[tuple[bytes, bytes], ...]
"""Header fields in the order sent: (name as sent, value)."""


class Exchange(msgspec.Struct, frozen=True, array_like=True, gc=False, kw_only=True):
    """One raw request and response, as the gateway saw them; encoded as one msgpack array in the journal.

    Bodies are free of transfer framing (chunked is undone) but keep their content coding. They hold at
    most the capture cap; `request_size` and `response_size` say how much passed. Credential headers are
    already replaced by a keyed hash. New fields go at the end, with a default.

    Attributes:
        id: 16 bytes, UUIDv7.
        started_ns: wall time when the first byte of the request's head arrived.
        upstream: name of the configured model server that was asked.
        peer: address of the client, as text.
        key: id of the Sereno key that was shown, "" without one.
        user: name in a believed `X-Sereno-User` or Open WebUI header.
        session: id in a believed `X-Sereno-Session` or Open WebUI header.
        method: request method.
        target: request target as sent (latin-1).
        request_at: seconds from start until the request's last byte had arrived, None if it never did.
        status: status code sent to the client, 0 if none was sent.
        head_at: seconds from start to the response's head, None if none came.
        chunk_times: seconds from start at which each piece of the response's body arrived.
        chunk_ends: bytes of body that had arrived after each of these pieces.
        chunks: number of pieces; larger than len(chunk_times) when there were too many to note.
        ended_at: seconds from start to the end.
        outcome: how it ended.
        internal: mark of a call that Sereno made itself (explain, judge, evaluation), "" otherwise.
    """

    id: bytes
    started_ns: int
    upstream: str
    peer: str
    key: str
    user: str | None
    session: str | None
    method: str
    target: str
    request_headers: Headers
    request_body: bytes
    request_size: int
    request_at: float | None
    status: int
    response_headers: Headers
    response_body: bytes
    response_size: int
    head_at: float | None
    chunk_times: tuple[float, ...]
    chunk_ends: tuple[int, ...]
    chunks: int
    ended_at: float
    outcome: Outcome
    internal: str = ""

    @property
    def request_truncated(self) -> bool:
        """Whether the request's body was longer than the capture cap, or ended early."""
        return len(self.request_body) < self.request_size

    @property
    def response_truncated(self) -> bool:
        """Whether the response's body was longer than the capture cap."""
        return len(self.response_body) < self.response_size


class Usage(msgspec.Struct, frozen=True, gc=False):
    """Token counts as the model server reported them; `None` where it did not.

    `input_tokens` includes `cached_input_tokens` and `cache_write_tokens`; `output_tokens` includes `reasoning_tokens`.

    Attributes:
        cached_input_tokens: read from a cache.
        cache_write_tokens: written to a cache for later calls (Anthropic).
        cache_write_hour_tokens: of these, those kept for an hour instead of five minutes.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_hour_tokens: int | None = None


class Timing(msgspec.Struct, frozen=True, gc=False):
    """Durations in seconds.

    Attributes:
        total: first byte of the request to last byte of the answer, by the gateway's clock.
        time_to_first_chunk: start to the first chunk that carries content (text, thinking or a tool call);
            None for answers that are not streamed.
        time_per_output_token: (total − time_to_first_chunk) / (output_tokens − 1), None below two tokens.
        load: model load as reported by the server.
        prompt_eval: prompt processing as reported by the server.
        eval: generation as reported by the server.
        longest_gap: longest pause between two chunks of the answer, None below two chunks.
    """

    total: float
    time_to_first_chunk: float | None = None
    time_per_output_token: float | None = None
    load: float | None = None
    prompt_eval: float | None = None
    eval: float | None = None
    longest_gap: float | None = None


class Identity(msgspec.Struct, frozen=True, gc=False):
    """Who called: all as text, `None` where unknown.

    Attributes:
        user: user name given by a trusted header, or the protocol's own `user` field.
        session: conversation id, given or threaded by the keeper.
        key: id of the Sereno key.
        client: the peer's address.
        agent: the client program (User-Agent), cut to 120 characters.
    """

    user: str | None = None
    session: str | None = None
    key: str | None = None
    client: str | None = None
    agent: str | None = None

    @property
    def owner(self) -> str:
        """Whose conversations these are (`ThreadKey.owner`).

        The user, within the key if there is one; else the key; else the client's address.

        >>> Identity(user="ana", client="10.0.0.7").owner
        'user:ana'
        >>> Identity(user="ana", key="0badcafe").owner, Identity(client="10.0.0.7").owner
        ('key:0badcafe user:ana', 'client:10.0.0.7')
        """
        parts = [f"{kind}:{value}" for kind, value in (("key", self.key), ("user", self.user)) if value]
        return " ".join(parts) if parts else f"client:{self.client or ''}"


class ImageRef(msgspec.Struct, frozen=True, gc=False):
    """An image in a prompt: what is kept instead of its bytes."""

    sha256: str
    size: int
    media_type: str | None = None


class ToolCall(msgspec.Struct, frozen=True, gc=False):
    """A tool the model asked for. `arguments` is JSON text as sent, possibly broken."""

    name: str
    arguments: str
    id: str | None = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """One turn of a conversation, in any protocol."""

    role: str
    content: str = ""
    thinking: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    images: tuple[ImageRef, ...] = ()
    tool_name: str | None = None


class Call(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What one exchange meant (design §6).

    Attributes:
        id: UUIDv7 as canonical text; sorts by start.
        started_at: wall time of the start.
        protocol: the API that was spoken.
        operation: what was asked for, by OpenTelemetry's names; `other` is not an LLM request.
        route: the path's template, bounded (`/api/chat`, `/v1/models/{id}`, … or `unknown`).
        path: the path as sent, cut to 200 characters.
        upstream: name of the model server.
        request_model: model name as asked.
        model: canonical model name (for Ollama lower case with `:latest`).
        status: success, error or aborted (the client left while the model server was still answering well).
        http_status: code the client got, None if none.
        error_type: None on success; else `http_4xx`, `http_5xx`, `truncated_stream`, `mid_stream_error`,
            `upstream_unreachable`, `upstream_timeout`, `upstream_invalid`, `internal_error`, `client_closed`.
        error_message: what the server said, cut to 500 characters.
        finish_reason: as the server named it (`stop`, `length`, `tool_calls`, `load`, …).
        stream: whether the answer was streamed.
        chunks: pieces of the answer that the wire delivered.
        tool_calls: number of tools the model asked for.
        images: number of images in the whole prompt.
        cost_usd: price, with `cost_source` naming where it came from.
        energy_joules: energy, when measured.
        category: one of the configured list.
        trace_id: 32 hex digits of the caller's `traceparent`.
        span_id: 16 hex digits of the caller's `traceparent`, the parent of our span.
        request_bytes, response_bytes: body sizes on the wire.
        truncated: whether the capture cap cut a body.
        decode_error: why the bodies could not be read as the protocol promises; None if they could.
        prompt: text of the last user message (or the completion's prompt, or the embedded texts).
        response: the text answered.
        conversation: hash of the messages sent plus the answer, None when there is none.
        parent_conversation: hash that an earlier call's `conversation` must equal for this to continue it.
        internal: mark of a call that Sereno made itself, "" otherwise.
    """

    id: str
    started_at: float
    protocol: Protocol
    operation: Operation
    route: str
    path: str
    method: str
    upstream: str
    request_model: str | None
    model: str | None
    status: Status
    http_status: int | None
    error_type: str | None
    error_message: str | None
    finish_reason: str | None
    stream: bool
    usage: Usage
    timing: Timing
    identity: Identity
    chunks: int
    tool_calls: int
    images: int
    request_bytes: int
    response_bytes: int
    truncated: bool
    decode_error: str | None
    prompt: str
    response: str
    conversation: bytes | None = None
    parent_conversation: bytes | None = None
    cost_usd: float | None = None
    cost_source: str | None = None
    energy_joules: float | None = None
    category: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    internal: str = ""

    @property
    def ended_at(self) -> float:
        """Wall time of the end: what roll-ups, metrics and objectives count by."""
        return self.started_at + self.timing.total

    @property
    def is_llm(self) -> bool:
        """Whether the call counts as an LLM request: not `other`, not made by Sereno itself."""
        return self.operation != "other" and not self.internal


class Position(msgspec.Struct, frozen=True, order=True):
    """Up to where one worker's journal is stored.

    Attributes:
        instance: UUID text of the DATA folder that the journal belongs to.
        worker: worker number from 0.
        segment: sequence number of the segment.
        offset: byte offset in the segment of the first frame that is not stored.
    """

    instance: str
    worker: int
    segment: int
    offset: int


def id_text(raw: bytes) -> str:
    """Canonical text of a 16-byte id.

    >>> id_text(bytes.fromhex("0192f0a1b2c37def8123456789abcdef"))
    '0192f0a1-b2c3-7def-8123-456789abcdef'
    """
    return str(UUID(bytes=raw))


def id_bytes(text: str) -> bytes:
    """The 16 bytes of an id given as text; `ValueError` if it is not a UUID."""
    return UUID(text).bytes


def new_id(now_ns: int, random: bytes) -> bytes:
    """A UUIDv7 (RFC 9562 §5.7) from wall nanoseconds and 10 random bytes.

    `rand_a` carries the sub-millisecond fraction (RFC 9562 §6.2, method 3), so ids made by one process
    sort by their time to 244 ns.
    """
    millis, rest = divmod(now_ns, 1_000_000)
    fraction = rest * 4096 // 1_000_000
    return (
        millis.to_bytes(6, "big")
        + (0x7000 | fraction).to_bytes(2, "big")
        + bytes((0x80 | (random[0] & 0x3F),))
        + random[1:8]
    )

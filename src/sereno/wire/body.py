"""An answer's body, from the bytes on the wire to what it said: coding undone, stream or document, read."""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from sereno.calls import Exchange
from sereno.wire.answer import Answer
from sereno.wire.coding import decode_body
from sereno.wire.forms import Readers
from sereno.wire.request import coding_of, header

_skipped = msgspec.json.Decoder(msgspec.Raw)
"""Checks that a text is JSON without keeping anything of it."""
Shape = Literal["ndjson", "sse", "document"]


class Read(NamedTuple):
    """An answer as far as it could be read.

    Attributes:
        answer: what the body said; empty where the form's bodies are not read.
        streamed: whether the answer was a stream of events.
        whole: whether the recorded body reaches to where the answer ended.
        body: the body without content coding, for error texts.
        ends: bytes of `body` that had arrived after each noted piece.
    """

    answer: Answer
    streamed: bool
    whole: bool
    body: bytes
    ends: tuple[int, ...]


def read_answer(exchange: Exchange, readers: Readers) -> Read:
    """Read an exchange's answer. Answers with an error status are not read as the form promises."""
    body, ends = exchange.response_body, exchange.chunk_ends
    whole = not exchange.response_truncated
    problem: str | None = None
    coding = coding_of(exchange.response_headers)
    if coding:
        decoded = decode_body(body, coding, ends)
        body, ends, problem = decoded.body, decoded.ends, decoded.error
        whole = whole and problem is None
    failed = exchange.status >= 400
    shape = _shape(header(exchange.response_headers, b"content-type"), body, readers)
    streamed = shape != "document" and not failed
    answer = Answer()
    if not failed and exchange.status:
        if streamed and readers.stream is not None:
            answer = readers.stream(body)
        elif not streamed and readers.document is not None and body:
            answer = _document(body, readers, whole=whole and exchange.outcome == "complete")
        elif not streamed and readers.document is None:
            answer.done = True
    if problem is not None:
        answer.problem = f"response: {problem}"
    return Read(answer, streamed, whole, body, ends)


def _document(body: bytes, readers: Readers, *, whole: bool) -> Answer:
    """A document as far as it can be read; one that came whole and is broken says so."""
    assert readers.document is not None
    try:
        answer = readers.document(body)
        if whole:
            _skipped.decode(body)
    except (ValueError, RecursionError) as error:
        answer = _read_anyway(body, readers)
        if whole:
            answer.trouble(error)
    return answer


def _read_anyway(body: bytes, readers: Readers) -> Answer:
    assert readers.document is not None
    try:
        return readers.document(body)
    except ValueError:
        return Answer()


def _shape(content_type: bytes, body: bytes, readers: Readers) -> Shape:
    """How a body is framed: as its Content-Type says; where that is missing or odd, as it begins."""
    kind = content_type.partition(b";")[0].strip().lower()
    if kind == b"text/event-stream":
        return "sse"
    if kind in (b"application/x-ndjson", b"application/ndjson", b"application/jsonl"):
        return "ndjson"
    if readers.stream is None or kind == b"text/html":
        return "document"
    start = body[:64].lstrip()
    if start.startswith((b"data:", b"event:")):
        return "sse"
    return "ndjson" if readers.terminator.startswith('"') and b"}\n{" in body else "document"

"""Capture files: recorded connections as JSON, turned into the exchanges a gateway would have made of them.

One JSON object a file: `request` (method, path, version, headers as [[name, value]], body_base64 as on the
wire), `response` ([[seconds since the request began, base64 of one read of the socket], …]), `end` and
`t_end` (how and when it ended), and in `then` further exchanges on the same connection.
"""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as Base64Error
from email.utils import parsedate_to_datetime
from hashlib import blake2b

import msgspec

from sereno.calls import Exchange, Headers, Outcome, new_id
from sereno.wire.http1 import ChunkedBody, HttpResponse

_OUTCOMES: dict[str, Outcome] = {
    "complete": "complete",
    "complete_then_closed_by_server": "complete",
    "in the first response": "complete",
    "closed_by_server": "upstream_closed",
    "closed_by_recorder": "client_closed",
}


class RecordedRequest(msgspec.Struct):
    """The request of a recording; the body keeps its transfer framing."""

    method: str
    path: str
    version: str
    headers: list[tuple[str, str]]
    body_base64: str = ""


class Recording(msgspec.Struct):
    """One request and the reads of the socket that followed it."""

    request: RecordedRequest
    response: list[tuple[float, str]]
    end: str
    t_end: float


class Capture(Recording, kw_only=True):
    """A capture file: the first exchange of a connection, and those after it."""

    name: str = ""
    server: str = ""
    note: str = ""
    then: list[Recording] = []


_decoder = msgspec.json.Decoder(Capture)


def parse_capture(document: bytes) -> Capture:
    """A capture file's content.

    Raises:
        ValueError: the document is not a capture file; the message says where it departs from the format.
    """
    try:
        return _decoder.decode(document)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def raw_response(recording: Recording) -> list[tuple[float, bytes]]:
    """The reads of the socket: (seconds since the request began, bytes)."""
    try:
        return [(at, b64decode(text, validate=True)) for at, text in recording.response]
    except Base64Error as error:
        raise ValueError(f"a read of the response is not base64: {error}") from error


def exchanges(capture: Capture) -> list[Exchange]:
    """The exchanges that a gateway would have recorded, in order.

    Pipelined answers are told apart by their framing. Ids are made from the capture's name and the answer's
    Date, so the same file gives the same exchanges.
    """
    found: list[Exchange] = []
    left = b""
    for number, recording in enumerate([capture, *capture.then]):
        reads = raw_response(recording)
        if recording.end == "in the first response":
            reads = [(recording.t_end, left)]
        exchange, left = _exchange(recording, reads, seed=f"{capture.name}/{number}".encode())
        found.append(exchange)
    return found


def _exchange(recording: Recording, reads: list[tuple[float, bytes]], seed: bytes) -> tuple[Exchange, bytes]:
    answer = HttpResponse(recording.request.method)
    head_at: float | None = None
    times: list[float] = []
    ends: list[int] = []
    size = 0
    for at, data in reads:
        answer.feed(data)
        if answer.status and head_at is None:
            head_at = at
        if len(answer.body) > size:
            size = len(answer.body)
            times.append(at)
            ends.append(size)
    outcome = _OUTCOMES.get(recording.end, "complete")
    if outcome == "upstream_closed" and answer.end():
        outcome = "complete"  # a body that lasts until the connection ends (HTTP/1.0)
    elif outcome == "complete" and not answer.end():
        outcome = "upstream_invalid" if answer.broken else "upstream_closed"
    headers = _fields(recording.request)
    body = _request_body(recording.request, headers)
    started_ns = _started_ns(answer.headers, head_at)
    exchange = Exchange(
        id=new_id(started_ns, blake2b(seed, digest_size=10).digest()),
        started_ns=started_ns,
        upstream="capture",
        peer="127.0.0.1",
        key="",
        user=None,
        session=None,
        method=recording.request.method,
        target=recording.request.path,
        request_headers=headers,
        request_body=body,
        request_size=len(body),
        request_at=0.0,
        status=answer.status,
        response_headers=answer.headers,
        response_body=bytes(answer.body),
        response_size=len(answer.body),
        head_at=head_at,
        chunk_times=tuple(times),
        chunk_ends=tuple(ends),
        chunks=len(times),
        ended_at=recording.t_end,
        outcome=outcome,
    )
    return exchange, answer.rest


def _fields(request: RecordedRequest) -> Headers:
    return tuple(
        (name.encode("latin-1", "replace"), value.encode("latin-1", "replace")) for name, value in request.headers
    )


def _request_body(request: RecordedRequest, headers: Headers) -> bytes:
    try:
        body = b64decode(request.body_base64, validate=True)
    except Base64Error as error:
        raise ValueError(f"the request's body_base64 is not base64: {error}") from error
    for name, value in headers:
        if name.lower() == b"transfer-encoding" and b"chunked" in value.lower():
            return ChunkedBody().feed(body)
    return body


def _started_ns(headers: Headers, head_at: float | None) -> int:
    for name, value in headers:
        if name.lower() == b"date":
            try:
                sent = parsedate_to_datetime(value.decode("latin-1")).timestamp()
            except ValueError:
                break
            return max(0, int((sent - (head_at or 0.0)) * 1e9))
    return 0

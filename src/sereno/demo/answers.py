"""How a real Ollama writes: its JSON, its times, its errors.

Fields keep the order of `dict`; Go's encoder writes `<`, `>` and `&` as escapes and times with nanoseconds
without trailing zeros. The recorded traffic in tests/captures is the reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from starlette.responses import Response

Dialect = Literal["ollama", "openai"]
OLLAMA_JSON = "application/json; charset=utf-8"
OPENAI_JSON = "application/json"
NDJSON = "application/x-ndjson"
SSE = "text/event-stream"
_GO_ESCAPES = ((b"<", rb"\u003c"), (b">", rb"\u003e"), (b"&", rb"\u0026"))
_OPENAI_TYPES = {400: "invalid_request_error", 404: "not_found_error"}


class ApiError(Exception):
    """A refusal: HTTP status and Ollama's sentence."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def encode(value: Any) -> bytes:
    r"""JSON as Go's encoder writes it.

    >>> encode({"content": "a<b"})
    b'{"content":"a\\u003cb"}'
    """
    data = msgspec.json.encode(value)
    for plain, escaped in _GO_ESCAPES:
        data = data.replace(plain, escaped)
    return data


def rfc3339(now_ns: int) -> str:
    """UTC time of Unix nanoseconds, as Go's RFC3339Nano.

    >>> rfc3339(1_795_228_165_100_000_000)
    '2026-11-21T02:29:25.1Z'
    """
    seconds, rest = divmod(now_ns, 1_000_000_000)
    text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f"{rest:09d}".rstrip("0")
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def reply(value: Any, dialect: Dialect, status: int = 200) -> Response:
    """One JSON answer; OpenAI's successes end in a line feed, as the captures show."""
    body = encode(value)
    if dialect == "openai":
        return Response(body + b"\n", status, media_type=None, headers={"content-type": OPENAI_JSON})
    return Response(body, status, media_type=None, headers={"content-type": OLLAMA_JSON})


def refusal(error: ApiError, dialect: Dialect) -> Response:
    """An error in the shape of the API that was called."""
    if dialect == "openai":
        kind = _OPENAI_TYPES.get(error.status, "api_error")
        return reply(
            {"error": {"message": error.message, "type": kind, "param": None, "code": None}}, "openai", error.status
        )
    return reply({"error": error.message}, "ollama", error.status)


def line(value: Any) -> bytes:
    """One line of an NDJSON stream."""
    return encode(value) + b"\n"


def event(value: Any) -> bytes:
    """One server-sent event."""
    return b"data: " + encode(value) + b"\n\n"


DONE = b"data: [DONE]\n\n"


def nonzero(**counts: int | None) -> Iterator[tuple[str, int]]:
    """The counts Ollama prints: it leaves zeros out."""
    return ((name, value) for name, value in counts.items() if value)

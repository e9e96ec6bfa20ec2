"""A request the gateway does not forward: why, in the error shape of the API that was called.

Shapes: Ollama `{"error": "…"}`; OpenAI `{"error": {message, type, param, code}}`; Anthropic
`{"type": "error", "error": {type, message}}`. SDKs turn these into their own exceptions.
"""

from __future__ import annotations

from typing import Final

import msgspec

REASONS: Final = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 405: "Method Not Allowed", 408: "Request Timeout",
    413: "Content Too Large", 414: "URI Too Long", 417: "Expectation Failed", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
}  # fmt: skip

_OPENAI_TYPES: Final = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
_OPENAI_CODES: Final = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
_ANTHROPIC_TYPES: Final = {
    401: "authentication_error", 403: "permission_error", 413: "request_too_large", 429: "rate_limit_error",
    503: "overloaded_error",
}  # fmt: skip


class Refusal(Exception):  # noqa: N818 - not an error of ours but an answer
    """An answer the gateway gives itself.

    Attributes:
        status: HTTP status.
        reason: short word for the counter `sereno_gateway_rejected_total{reason}`.
        sentence: what was wrong, what was expected, what to do.
        headers: further header lines of the answer, each ended by CRLF.
    """

    def __init__(self, status: int, reason: str, sentence: str, headers: bytes = b"") -> None:
        super().__init__(sentence)
        self.status = status
        self.reason = reason
        self.sentence = sentence
        self.headers = headers


def error_body(path: bytes, status: int, sentence: str) -> bytes:
    """The JSON body of an error, as the API that `path` belongs to words it."""
    body: object
    if b"/v1/messages" in path:
        kind = _ANTHROPIC_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        body = {"type": "error", "error": {"type": kind, "message": sentence}}
    elif b"/v1/" in path:
        kind = _OPENAI_TYPES.get(status, "api_error" if status >= 500 else "invalid_request_error")
        body = {"error": {"message": sentence, "type": kind, "param": None, "code": _OPENAI_CODES.get(status)}}
    else:
        body = {"error": sentence}
    return msgspec.json.encode(body)


def problem_body(status: int, title: str, detail: str) -> bytes:
    """A problem document (RFC 9457), for the paths that are Sereno's own."""
    return msgspec.json.encode({"type": "about:blank", "title": title, "status": status, "detail": detail})


def answer(
    status: int, body: bytes, *, content_type: bytes = b"application/json", headers: bytes = b"",
    keep_alive: bool, with_body: bool = True,
) -> bytes:  # fmt: skip
    """The bytes of a whole answer.

    Args:
        status: HTTP status.
        body: the body.
        content_type: its media type.
        headers: further header lines, each ended by CRLF.
        keep_alive: whether the connection stays.
        with_body: False for HEAD: the head tells the length, no body follows (RFC 9110 §9.3.2).
    """
    phrase = REASONS.get(status, "OK")
    return b"HTTP/1.1 %d %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n%b%b\r\n%b" % (
        status, phrase.encode(), content_type, len(body), headers,
        b"" if keep_alive else b"Connection: close\r\n", body if with_body else b"",
    )  # fmt: skip

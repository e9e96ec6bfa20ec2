"""Answers of the pages in the coding that the reader's browser prefers: br, else gzip (RFC 9110 §8.4, §12.5.3).

Only whole bodies of the types below are compressed; a stream (server-sent events, an export) passes untouched. Pages
carry no secret beside text from requests, so their compressed length tells nobody anything (no BREACH): credentials
are neither stored nor shown.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Iterable

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST = 1024
"""Bytes below which compressing gains nothing over the head of the answer."""

_TYPES = ("text/html", "text/csv", "application/json", "application/problem+json", "image/svg+xml")
_PREFERRED = ("br", "gzip")
_APART = 128 * 1024
"""Bytes from which a body is compressed in a thread, so that others need not wait."""


def negotiated(accept_encoding: str, offered: Iterable[str] = _PREFERRED) -> str:
    """The coding to answer in: of those offered and accepted the one of highest weight, br before gzip.

    >>> negotiated("gzip, deflate, br"), negotiated("gzip;q=1, br;q=0.5"), negotiated("br;q=0"), negotiated("*")
    ('br', 'gzip', 'identity', 'br')
    """
    weights: dict[str, float] = {}
    for part in accept_encoding[:500].split(","):
        name, _, parameter = part.partition(";")
        try:
            weight = float(parameter.strip().removeprefix("q=")) if parameter.strip() else 1.0
        except ValueError:
            weight = 0.0
        weights[name.strip().lower()] = weight
    best, coding = 0.0, "identity"
    for known in _PREFERRED:
        weight = weights.get(known, weights.get("*", 0.0))
        if known in offered and weight > best:
            best, coding = weight, known
    return coding


def compressed(body: bytes, coding: str) -> bytes:
    """A body in a coding, at a level fast enough to be made for every answer (about 100 MB/s)."""
    return brotli.compress(body, quality=4, lgwin=20) if coding == "br" else gzip.compress(body, 4, mtime=0)


class Compression:
    """ASGI middleware; belongs outside of whatever sets Content-Length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and compress its answer where that helps."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        coding = negotiated(Headers(scope=scope).get("accept-encoding", ""))
        held: Message | None = None

        async def compressing_send(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start" and _fits(message):
                held = message  # until the body tells whether it is whole
                return
            if held is not None:
                start, held = held, None
                start, message = await _answer(start, message, coding, head=scope["method"] == "HEAD")
                await send(start)
            await send(message)

        await self._app(scope, receive, compressing_send)


def _fits(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in _TYPES and "content-encoding" not in headers and start["status"] not in {204, 206, 304}


async def _answer(start: Message, message: Message, coding: str, *, head: bool) -> tuple[Message, Message]:
    """The head and the first part of the body as they go out; a whole body is compressed."""
    headers = MutableHeaders(raw=list(start["headers"]))
    headers.add_vary_header("Accept-Encoding")
    body: bytes = message.get("body", b"")
    if coding != "identity":
        if head:  # the length would be the compressed one, which is not known (RFC 9110 §8.6)
            del headers["content-length"]
        elif len(body) >= LEAST and not message.get("more_body", False):
            large = len(body) >= _APART
            body = await asyncio.to_thread(compressed, body, coding) if large else compressed(body, coding)
            message = {**message, "body": body}
            headers["Content-Encoding"] = coding
            headers["Content-Length"] = str(len(body))
            if "etag" in headers:  # another representation: only weakly the same (RFC 9110 §8.8.1)
                headers["ETag"] = "W/" + headers["etag"].removeprefix("W/")
    return {**start, "headers": headers.raw}, message

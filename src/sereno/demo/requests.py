"""Reading requests and watching their clients, for both APIs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Send

from sereno.demo.answers import ApiError
from sereno.demo.catalogue import Catalogue, Model

T = TypeVar("T")
_INVALID_NAME = ("..", "\\", "//")


class ClientGoneError(Exception):
    """The client closed its connection before it had its answer."""


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        ApiError: It is empty, not JSON or no object; in Ollama's words.
    """
    raw = await request.body()
    if not raw.strip():
        raise ApiError(400, "missing request body")
    try:
        value = msgspec.json.decode(raw)
    except msgspec.DecodeError as error:
        truncated = "truncated" in str(error)
        raise ApiError(400, "unexpected EOF" if truncated else f"invalid character in request: {error}") from None
    if not isinstance(value, dict):
        raise ApiError(400, f"json: cannot unmarshal {kind(value)} into Go value of type api.Request")
    return value


def kind(value: Any) -> str:
    """The JSON name of a value's type, as Go's decoder calls it."""
    names = ((bool, "bool"), (int | float, "number"), (str, "string"), (list, "array"), (dict, "object"))
    return next((name for types, name in names if isinstance(value, types)), "null")


def mistyped(value: Any, field: str, expected: str) -> ApiError:
    """The refusal of a field with a wrong JSON type, in the words of Go's decoder."""
    return ApiError(400, f"json: cannot unmarshal {kind(value)} into Go struct field {field} of type {expected}")


def wanted(catalogue: Catalogue, name: Any, missing: str = "model '{}' not found") -> Model:
    """The model of a request.

    Raises:
        ApiError: None was named, or it is not offered (404, in Ollama's words).
    """
    if not isinstance(name, str) or not name:
        raise ApiError(400, "model is required")
    if any(part in name for part in _INVALID_NAME) or name.startswith("/"):
        raise ApiError(400, "invalid model name")
    model = catalogue.find(name)
    if model is None:
        raise ApiError(404, missing.format(name))
    return model


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Do the work, but end it as soon as the client leaves.

    Raises:
        ClientGoneError: It left first.
    """
    task = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait((task, watch), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            raise ClientGoneError
        return task.result()
    finally:
        watch.cancel()
        task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class Stream(StreamingResponse):
    """A streamed answer whose source is closed, and the model stopped, however the stream ends."""

    def __init__(self, source: AsyncGenerator[bytes, None], content_type: str) -> None:
        super().__init__(source, media_type=None, headers={"content-type": content_type})
        self._source = source

    async def stream_response(self, send: Send) -> None:
        """Send the head and every piece as it comes."""
        async with aclosing(self._source):
            await super().stream_response(send)


async def begun(request: Request, source: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    """The source, once its first piece is there: until then a failure still gets its own status."""
    try:
        first = await unless_gone(request, _next(source))
    except BaseException:
        await source.aclose()
        raise
    return _continued(first, source)


async def _next(source: AsyncIterator[bytes]) -> bytes:
    return await anext(source)


async def _continued(first: bytes, source: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(source):
        yield first
        async for piece in source:
            yield piece

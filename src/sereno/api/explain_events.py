"""An explanation as server-sent events: encoded, kept alive while a model thinks, its place freed when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack, aclosing
from typing import Any

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sereno.query.explaining import End, Event, Facts, Failure, Text, Verified, Withheld

_HEARTBEAT_SECONDS = 10.0
_NAMES: dict[type, str] = {
    Facts: "facts",
    Text: "text",
    Verified: "verification",
    Withheld: "withheld",
    Failure: "error",
    End: "end",
}


class Explaining(StreamingResponse):
    """A stream that gives its place free when it ends, however it ends."""

    def __init__(self, events: AsyncIterator[bytes], hold: ExitStack) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._hold = hold

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the explanation ends or the client leaves."""
        with self._hold:
            await super().__call__(scope, receive, send)


def encoded(event: Event) -> bytes:
    """An event as the server sends it."""
    data: Any = event
    if isinstance(event, Facts):
        data = {**msgspec.to_builtins(event.sheet), "id": event.id} | ({"more": True} if event.more else {})
    return b"event: %b\ndata: %b\n\n" % (_NAMES[type(event)].encode(), msgspec.json.encode(data))


async def beating(events: AsyncGenerator[Event, None], seconds: float = _HEARTBEAT_SECONDS) -> AsyncIterator[bytes]:
    """Events as bytes, with a comment whenever none came for so long: a model that loads must not look dead."""
    async with aclosing(events):
        coming: asyncio.Task[Event] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(anext(events))
                done, _ = await asyncio.wait({coming}, timeout=seconds)
                if not done:
                    yield b": heartbeat\n\n"
                    continue
                try:
                    event = coming.result()
                except StopAsyncIteration:
                    return
                coming = None
                yield encoded(event)
        finally:
            if coming is not None and not coming.done():
                coming.cancel()
                await asyncio.wait({coming})

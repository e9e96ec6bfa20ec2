"""An answer as server-sent events: what is said while it is said, then what a whole answer would have been.

    data: {"delta": "Ray"}
    event: done
    data: {"response": "Rayleigh", …}

An answer that fails on its way ends with `event: error` and a problem document. An answer that fails before its first
word is an ordinary one with its own status. Reference: HTML Living Standard §9.2.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
from starlette.responses import Response, StreamingResponse

Say = Callable[[str], None]
Answering = Callable[[Say], Awaitable[Response]]
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_End = None


async def streamed(answering: Answering) -> Response:
    """Answer with events.

    It is answered by a task of its own, which ends when the client leaves: so does the call to the model.

    Args:
        answering: gives the whole answer, and says its pieces before.
    """
    said: asyncio.Queue[str | None] = asyncio.Queue()

    async def answer() -> Response:
        try:
            return await answering(said.put_nowait)
        finally:
            said.put_nowait(_End)

    task = asyncio.ensure_future(answer())
    try:
        first = await said.get()
        if first is _End:
            whole = await task
            if whole.status_code != 200:
                return whole
    except asyncio.CancelledError:
        task.cancel()
        raise
    return StreamingResponse(_events(first, said, task), media_type="text/event-stream", headers=HEADERS)


async def _events(
    first: str | None, said: asyncio.Queue[str | None], task: asyncio.Future[Response]
) -> AsyncIterator[bytes]:
    try:
        piece = first
        while piece is not _End:
            yield _event("", msgspec.json.encode({"delta": piece}))
            piece = await said.get()
        whole = await task
        yield _event("done" if whole.status_code == 200 else "error", bytes(whole.body))
    finally:
        task.cancel()  # the client left; a task that is done does not mind


def _event(name: str, data: bytes) -> bytes:
    return (b"event: %b\n" % name.encode() if name else b"") + b"data: %b\n\n" % data

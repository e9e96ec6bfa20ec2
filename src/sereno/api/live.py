"""GET /analytics/live: new calls as server-sent events, in the order they were stored.

Each event's `id` is the ingest sequence, so a client that reconnects with Last-Event-ID misses nothing. A heartbeat
carries the id too: with a narrow filter a client still resumes near the end.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from functools import partial
from time import monotonic

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sereno.api.context import Context
from sereno.api.describe import described
from sereno.calls import Call
from sereno.errors import QueryError
from sereno.query.fields import AFTER, FILTERS
from sereno.query.message import message
from sereno.query.problems import Problem
from sereno.store.base import CallQuery

FIELDS = (*FILTERS, AFTER)
_POLL_SECONDS = 0.5
_HEARTBEAT_SECONDS = 15.0
_AT_ONCE = 200
_SEQUENCE = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class _Live(StreamingResponse):
    """A stream that is counted while it is open."""

    def __init__(self, context: Context, events: AsyncIterator[bytes]) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._context = context

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._context.live -= 1


def last_event_id(text: str | None) -> int | None:
    """The sequence that a Last-Event-ID names, None without one.

    Raises:
        QueryError: it is not one of ours.
    """
    if text is None or not text.strip():
        return None
    if not _SEQUENCE.fullmatch(text.strip()) or not AFTER.minimum <= int(text) <= AFTER.maximum:
        raise QueryError("Last-Event-ID", "The header Last-Event-ID is not the id of an event.", AFTER.expected)
    return int(text)


def event(sequence: int, call: Call) -> bytes:
    """A call as a server-sent event."""
    return b"id: %d\nevent: message\ndata: %b\n\n" % (sequence, msgspec.json.encode(message(call)))


def router(context: Context) -> APIRouter:
    """The route of live events."""
    routes = APIRouter(prefix="/analytics", tags=["live"])
    store = context.view.store

    def fetch(after: int, query: CallQuery) -> tuple[int, Sequence[tuple[int, Call]]]:
        # The end is read first: what is stored between the two reads is seen by the next round.
        last = store.last_sequence()
        found = store.calls_after(after, _AT_ONCE, query)
        if len(found) >= _AT_ONCE:
            return found[-1][0], found
        return max([after, last, *(sequence for sequence, _ in found)]), found

    async def follow(after: int, query: CallQuery) -> AsyncIterator[bytes]:
        yield b"retry: 2000\nid: %d\n\n" % after
        spoken = monotonic()
        while True:
            try:
                after, found = await context.ask("live", partial(fetch, after, query))
            except Problem:  # busy or slow: a live view waits and goes on
                found = ()
            if found:
                yield b"".join(event(sequence, call) for sequence, call in found)
                spoken = monotonic()
            elif monotonic() - spoken >= _HEARTBEAT_SECONDS:
                yield b": heartbeat\nid: %d\n\n" % after
                spoken = monotonic()
            if len(found) < _AT_ONCE:
                await asyncio.sleep(_POLL_SECONDS)

    @routes.get("/live", **described("New calls as server-sent events.", FIELDS, media=("text/event-stream",)))
    async def live(request: Request) -> Response:
        values = context.read(request, FIELDS)
        after = last_event_id(request.headers.get("last-event-id"))
        if after is None:
            after = values.given.get("after")
        if context.live >= context.options.live_streams:
            raise Problem(
                "busy",
                503,
                f"{context.live} live streams are open, which is the limit.",
                headers={"Retry-After": "10"},
            )
        start = after
        query = await context.ask("models", lambda: context.resolved(values.query()))
        if start is None:
            start = await context.ask("live", store.last_sequence)
        context.live += 1
        return _Live(context, follow(start, query))

    return routes

"""GET /analytics/export: all matching calls as a file, any size, in constant memory.

The first piece is made before the head is sent, so an error up to then is a problem document. A store that fails
later cuts the connection: a file that ends properly is whole.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from time import perf_counter
from typing import cast

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from sereno.api.context import Context
from sereno.api.describe import described
from sereno.api.guard import HEAD
from sereno.query.export import MEDIA_TYPES, Format, export, file_name
from sereno.query.fields import FILTERS, FORMAT
from sereno.query.problems import Problem
from sereno.query.stream import streamed

FIELDS = (*FILTERS, FORMAT)


class _Download(StreamingResponse):
    """A stream with an end of its own, reached also when the client has gone before the first byte."""

    def __init__(
        self,
        first: bytes,
        rest: AsyncGenerator[bytes, None],
        end: Callable[[], Awaitable[None]],
        *,
        media_type: str,
        headers: dict[str, str],
    ) -> None:
        async def body() -> AsyncGenerator[bytes, None]:
            yield first
            async for piece in rest:
                yield piece

        super().__init__(body(), headers=headers, media_type=media_type)
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._end()


def router(context: Context) -> APIRouter:
    """The route of exports."""
    routes = APIRouter(prefix="/analytics", tags=["export"])
    media = [kind.partition(";")[0] for kind in MEDIA_TYPES.values()]

    @routes.get("/export", **described("All matching calls as a file.", FIELDS, media=media))
    async def download(request: Request) -> Response:
        values = context.read(request, FIELDS)
        form = cast("Format", values.get(FORMAT))
        query = values.query()
        headers = {"Content-Disposition": f'attachment; filename="{file_name(form)}"'}
        if HEAD in request.scope:  # its length is not known before it is made
            return StreamingResponse(iter(()), headers=headers, media_type=MEDIA_TYPES[form])
        if context.exports.locked():
            raise Problem(
                "busy",
                503,
                f"{context.options.exports} exports are running already. Try again when one has ended.",
                headers={"Retry-After": "10"},
            )
        await context.exports.acquire()
        pieces = streamed(lambda: export(context.view.store.export(context.resolved(query)), form))
        began = perf_counter()

        async def end() -> None:
            context.exports.release()
            context.view.observe_query("export", perf_counter() - began)
            await pieces.aclose()

        try:
            first = await anext(pieces, b"")  # jsonl of no calls has no pieces
        except BaseException:
            await end()
            raise
        return _Download(first, pieces, end, media_type=MEDIA_TYPES[form], headers=headers)

    return routes

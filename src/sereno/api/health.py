"""GET /healthz, /readyz and /metrics: for orchestrators and Prometheus."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.access import Reader
from sereno.query.view import Health


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: str


def router(context: Context) -> APIRouter:
    """The routes of health and metrics."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz", **described("200 while the process answers.", (), Alive, errors=()))
    async def healthz() -> Response:
        return answer(Alive("ok"))

    @routes.get("/readyz", **described("200 when the store answers a real query, 503 when not.", (), Health,
                                       errors=(503,)))  # fmt: skip
    async def readyz(request: Request) -> Response:
        health = await context.ask("ready", context.view.health)
        status = 503 if health.status == "failing" else 200
        reader: Reader = request.scope["sereno.reader"]
        # Who may not read learns the verdict, not paths, names or errors.
        return answer(health if reader.may_read else Alive(health.status), status=status)

    @routes.get("/metrics", **described("All metrics, as Prometheus text or OpenMetrics by the Accept header.", (),
                                        media=("text/plain", "application/openmetrics-text"),
                                        errors=(401, 403, 429, 503)))  # fmt: skip
    async def metrics(request: Request) -> Response:
        accept = request.headers.get("accept", "")
        body, kind = await context.ask("metrics", lambda: context.view.exposition(accept))
        return Response(body, headers={"Content-Type": kind, "Vary": "Accept"})

    return routes

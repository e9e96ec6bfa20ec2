"""The application: gates around routers, errors as problem documents, OpenAPI from the tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from sereno.api import (
    aggregations,
    alerts,
    drift,
    drilldown,
    explain,
    export,
    feedback,
    groups,
    health,
    live,
    lora,
    messages,
    models,
    quality,
    slo,
    watchman,
)
from sereno.api.answers import render
from sereno.api.context import Context, Follow
from sereno.api.describe import components
from sereno.api.gate import HostGate, ReaderGate
from sereno.api.guard import Guard
from sereno.api.options import ApiOptions
from sereno.errors import QueryError, StoreError, StoreTimeoutError
from sereno.query.drifting import Monitor
from sereno.query.explaining import Explainer
from sereno.query.problems import Problem, from_query_error, from_store_error, internal, query_timeout
from sereno.query.view import KeeperView

ROUTERS = (
    messages,
    aggregations,
    groups,
    models,
    export,
    drilldown,
    live,
    health,
    watchman,
    alerts,
    slo,
    lora,
    feedback,
    quality,
    drift,
    explain,
)
"""One module a resource; each has `router(context)`."""


class _Cors:
    """CORS for the paths that other sites' pages may be allowed to read, and for no others."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._plain = app
        self._cors = CORSMiddleware(
            app,
            allow_origins=options.cors_origins,
            allow_methods=("GET", "HEAD"),
            allow_headers=("Authorization", "X-Sereno-Key", "Last-Event-ID", "If-None-Match"),
            allow_credentials=options.cors_credentials,
            expose_headers=("Link", "ETag", "Retry-After", "Content-Disposition"),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        shared = scope["type"] == "http" and scope["path"].startswith(("/analytics/", "/sereno/api/"))
        await (self._cors if shared else self._plain)(scope, receive, send)


def create_app(
    view: KeeperView,
    options: ApiOptions,
    explainer: Explainer | None = None,
    follow: Follow | None = None,
    monitor: Monitor | None = None,
) -> FastAPI:
    """The keeper's web application, without pages (`sereno.web.app.mount` adds them).

    `scope["sereno.peer"]` must hold the client's address; a request without it is refused.

    Args:
        view: what may be asked of the keeper.
        options: settings.
        explainer: explains charts; templates alone without.
        follow: explains alerts that people were just told of.
        monitor: watches drift.
    """
    context = Context(view, options, explainer, follow, monitor)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        context.pool.close()
        await context.explainer.close()

    layers = [Middleware(Guard, view=view), Middleware(HostGate, options=options)]
    if options.cors_origins:
        layers.append(Middleware(_Cors, options=options))
    layers.append(Middleware(ReaderGate, view=view, options=options))
    app = FastAPI(
        title="Sereno",
        version=view.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=layers,
        lifespan=lifespan,
    )
    app.state.pool = context.pool
    app.state.access = options.access
    for module in ROUTERS:
        app.include_router(module.router(context))
    _add_openapi(app)
    _add_errors(app)

    @app.get("/", include_in_schema=False)
    @app.get("/dashboard", include_in_schema=False)
    @app.get("/dashboard/", include_in_schema=False)
    async def dashboard() -> Response:
        return RedirectResponse("/sereno", 307)

    return app


def _add_openapi(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            schema = get_openapi(
                title="Sereno",
                version=app.version,
                summary="The record of every call: search, count, export.",
                routes=app.routes,
            )
            for path in schema["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)  # FastAPI's own; ours are problem documents
            schema["components"] = {
                "schemas": components(),
                "securitySchemes": {
                    "key": {"type": "apiKey", "in": "header", "name": "X-Sereno-Key"},
                    "bearer": {"type": "http", "scheme": "bearer"},
                },
            }
            schema["security"] = [{}, {"key": []}, {"bearer": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend it

    @app.get("/sereno/api/openapi.json", include_in_schema=False)
    async def document() -> dict[str, Any]:
        return openapi()


def _add_errors(app: FastAPI) -> None:
    async def problem(request: Request, error: Exception) -> Response:
        return render(request.scope, _as_problem(request, error))

    for kind in (Problem, QueryError, StoreError, HTTPException, Exception):
        app.add_exception_handler(kind, problem)


def _as_problem(request: Request, error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case QueryError():
            return from_query_error(error)
        case StoreTimeoutError():
            return query_timeout("The store did not answer in time.")
        case StoreError():
            return from_store_error(error)
        case HTTPException(status_code=405):
            allow = (error.headers or {}).get("Allow", "GET, HEAD")
            detail = f"{request.method} is not allowed here; use {allow.removesuffix(', HEAD')}."
            return Problem("method-not-allowed", 405, detail, headers={"Allow": allow})
        case HTTPException(status_code=404):
            return Problem("not-found", 404, "There is nothing at this address; docs/api.md lists what there is.")
        case HTTPException():
            return Problem("internal", error.status_code, str(error.detail))
        case _:
            return internal()

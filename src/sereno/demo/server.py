"""The application and the process that serves it: `sereno demo --serve PORT`, `python -m sereno.demo.server PORT`."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sereno.demo.answers import ApiError, Dialect, refusal, rfc3339
from sereno.demo.catalogue import Catalogue
from sereno.demo.library import library
from sereno.demo.ollama_api import OllamaApi
from sereno.demo.openai_api import OpenAIApi
from sereno.demo.requests import ClientGoneError
from sereno.demo.residence import Residence
from sereno.demo.weights import model_file
from sereno.errors import ConfigError, UpstreamError
from sereno.trust.hosts import host_allowed

Handler = Callable[[Request], Awaitable[Response]]
_TEXT = {"content-type": "text/plain"}
_CLIENT_CLOSED = 499


def create_app(path: Path, modified_ns: int) -> Starlette:
    """The model server over one model file; the model is loaded by the first request that needs it."""
    catalogue = Catalogue(path, rfc3339(modified_ns))
    residence = Residence(path)
    ollama = OllamaApi(catalogue, residence)
    openai = OpenAIApi(catalogue, residence)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await residence.close()

    routes = [
        _route("/", alive, "GET"),
        _route("/api/version", ollama.version, "GET"),
        _route("/api/tags", ollama.tags, "GET"),
        _route("/api/ps", ollama.ps, "GET"),
        _route("/api/show", ollama.show),
        _route("/api/chat", ollama.chat),
        _route("/api/generate", ollama.generate),
        _route("/api/embed", ollama.embed),
        _route("/api/embeddings", ollama.embeddings),
        _route("/api/pull", ollama.pull),
        _route("/v1/models", openai.models, "GET"),
        _route("/v1/models/{name:path}", openai.model, "GET"),
        _route("/v1/chat/completions", openai.chat),
        _route("/v1/completions", openai.completions),
        _route("/v1/embeddings", openai.embeddings),
    ]
    handlers = {404: _not_found, 405: _not_allowed}
    app = Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)
    app.router.redirect_slashes = False
    return app


def serve(host: str, port: int, ready: Callable[[int], None] | None = None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        host: a loopback address to listen on.
        port: 0 for a free one.
        ready: called with the port once requests are accepted.

    Raises:
        ConfigError: The model is not installed, or the port is taken.
    """
    path = model_file()
    library()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            raise ConfigError(
                f"The demo model server cannot listen on {host}:{port}: {error.strerror}. "
                "Choose another port, or 0 for a free one."
            ) from error
        listener.listen(128)
        app = create_app(path, path.stat().st_mtime_ns)
        if ready is not None:
            ready(listener.getsockname()[1])
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=2, ws="none"
        )
        uvicorn.Server(config).run(sockets=[listener])


async def alive(_request: Request) -> Response:
    """GET and HEAD /."""
    return Response("Ollama is running", media_type=None, headers={"content-type": "text/plain; charset=utf-8"})


def _route(path: str, handler: Handler, method: str = "POST") -> Route:
    dialect: Dialect = "openai" if path.startswith("/v1/") else "ollama"

    async def answered(request: Request) -> Response:
        if not host_allowed(request.headers.get("host", ""), ()):
            return Response(status_code=403)
        try:
            return await handler(request)
        except ApiError as error:
            return refusal(error, dialect)
        except UpstreamError as error:
            return refusal(ApiError(500, str(error)), dialect)
        except ClientGoneError:
            return Response(status_code=_CLIENT_CLOSED)

    return Route(path, answered, methods=[method])


async def _not_found(_request: Request, _error: Exception) -> Response:
    return Response("404 page not found", 404, _TEXT)


async def _not_allowed(_request: Request, error: Exception) -> Response:
    allowed = (error.headers or {}) if isinstance(error, HTTPException) else {}
    return Response("405 method not allowed", 405, {**_TEXT, **allowed})


if __name__ == "__main__":
    import sys

    serve("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0, lambda port: print(port, flush=True))  # noqa: T201

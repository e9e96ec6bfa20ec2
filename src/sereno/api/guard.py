"""The outermost layer: bounded bodies, HEAD, security headers, one count a request. Plain ASGI, streams pass."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sereno.api.answers import render
from sereno.query.problems import Problem, internal
from sereno.query.view import KeeperView

BODY_MOST = 64 * 1024
"""Bytes of request body that are let pass."""
LARGER = {"/sereno/api/alerts/webhook": 8 * 1024 * 1024, "/sereno/api/explain": 64 * 1024 * 1024}
"""Paths that take more."""

HEAD = "sereno.head"
"""In the ASGI scope when only the head of the answer is wanted: a route may then spare itself the work."""

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Cache-Control": "no-store",
}
"""Set where the answer does not set its own."""


class Guard:
    """ASGI middleware around everything else."""

    def __init__(self, app: ASGIApp, view: KeeperView) -> None:
        self._app = app
        self._view = view

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, guarded; count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        head = scope["method"] == "HEAD"
        if head:  # RFC 9110 §9.3.2: as GET, without the content; the server below must go on seeing a HEAD
            scope = {**scope, "method": "GET", HEAD: True}
        status = 500
        started = sent_head = False

        async def guarded_send(message: Message) -> None:
            nonlocal started, status, sent_head
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                headers = MutableHeaders(raw=list(message["headers"]))
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                if "access-control-allow-origin" in headers:
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                await send({**message, "headers": headers.raw})
                if head:
                    sent_head = True
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            elif not head:
                await send(message)

        async def guarded_receive() -> Message:
            # An endless answer (live events) to a HEAD ends as if the client had gone.
            return {"type": "http.disconnect"} if sent_head else await receive()

        try:
            problem = _body_problem(Headers(scope=scope), LARGER.get(scope["path"], BODY_MOST))
            if problem is not None:
                await render(scope, problem)(scope, guarded_receive, guarded_send)
            else:
                await self._app(scope, guarded_receive, guarded_send)
        except Exception:  # answered here, so that it is guarded too; raised again for the server's log
            if not started:
                await render(scope, internal())(scope, guarded_receive, guarded_send)
            raise
        finally:
            route = scope.get("route")
            self._view.count_request(getattr(route, "path", "unmatched"), status)


def _body_problem(headers: Headers, most: int) -> Problem | None:
    length = headers.get("content-length", "0")
    if "transfer-encoding" not in headers and length.isascii() and length.isdigit() and int(length[:20]) <= most:
        return None
    return Problem(
        "body-too-large",
        413,
        f"A body of more than {most} bytes, or of unknown length, is not read here.",
        headers={"Connection": "close"},
    )

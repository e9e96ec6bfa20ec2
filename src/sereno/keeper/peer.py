"""Who is at the other end: the transport decides, a header never does.

On TCP it is the connection's own address. On the Unix socket, which only this user's processes can open, it is what
the gateway says in `X-Sereno-Peer`. Either way the header is taken out before the application sees the request, so
nothing behind this can believe a forged one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Literal

from sereno.conventions import PEER_HEADER

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

PEER = "sereno.peer"
"""Key of the peer's address in the ASGI scope."""
HOST_CHECKED = "sereno.host_checked"
"""Key of whether a gateway has checked Host, which knows the address that was connected to."""
UNKNOWN = "unknown"
"""A peer that cannot be told: never loopback, so it may do nothing without a key."""


class PeerApp:
    """Puts the peer into `scope["sereno.peer"]` and removes `X-Sereno-Peer`.

    Args:
        app: the application behind.
        transport: what the server that calls this listens on.
    """

    def __init__(self, app: ASGIApp, transport: Literal["tcp", "unix"]) -> None:
        self._app = app
        self._unix = transport == "unix"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] in {"http", "websocket"}:
            headers = scope["headers"]
            told = [value for name, value in headers if name.lower() == PEER_HEADER]
            if told:
                scope["headers"] = [(name, value) for name, value in headers if name.lower() != PEER_HEADER]
            scope[HOST_CHECKED] = self._unix
            if self._unix:
                # Exactly one, or somebody tries to be two.
                scope[PEER] = told[0].decode("latin-1").strip() if len(told) == 1 else UNKNOWN
            else:
                client = scope.get("client")
                scope[PEER] = client[0] if client else UNKNOWN
        await self._app(scope, receive, send)

"""A client of the application without a network: the peer is what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send


class FromPeer:
    """Sets the peer as the keeper's transports do; None leaves it out."""

    def __init__(self, app: ASGIApp, peer: str | None) -> None:
        self.app = app
        self.peer = peer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.peer is not None:
            scope["sereno.peer"] = self.peer  # in place, as the keeper does: its server sees what is changed below it
        await self.app(scope, receive, send)


def fetch(
    app: ASGIApp,
    url: str,
    *,
    peer: str | None = "127.0.0.1",
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    host: str = "localhost",
    params: Any = None,
    content: bytes | None = None,
) -> httpx.Response:
    """One answer, whole."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(FromPeer(app, peer), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, url, headers=headers, params=params, content=content)

    return asyncio.run(go())

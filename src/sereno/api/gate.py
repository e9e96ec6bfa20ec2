"""Who passes: Host name, then key and peer, then rate. Plain ASGI; the reader is in `scope["sereno.reader"]`."""

from __future__ import annotations

from math import ceil
from time import monotonic

from starlette.types import ASGIApp, Receive, Scope, Send

from sereno.api.answers import render
from sereno.api.buckets import Buckets, bucket_name
from sereno.api.options import ApiOptions
from sereno.query.access import check_host, decide, is_open
from sereno.query.problems import Problem
from sereno.query.view import KeeperView


class HostGate:
    """Refuses Host names that are not ours; before CORS, so that a rebound name learns nothing."""

    def __init__(self, app: ASGIApp, options: ApiOptions) -> None:
        self._app = app
        self._allowed = frozenset(name.lower() for name in options.access.allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, or answer why not."""
        if scope["type"] == "http" and not scope.get("sereno.host_checked"):
            server = scope.get("server")
            own = server[0] if server else ""
            # The address that was connected to: no page can have that as its name, as long as it is an address.
            allowed = self._allowed | {own} if own.replace(".", "").isdigit() or ":" in own else self._allowed
            try:
                check_host(scope["path"], [v for n, v in scope["headers"] if n == b"host"], allowed)
            except Problem as problem:
                await render(scope, problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


class ReaderGate:
    """Refuses who may not read, and who asks too often."""

    def __init__(self, app: ASGIApp, view: KeeperView, options: ApiOptions) -> None:
        self._app = app
        self._view = view
        self._options = options
        rate = options.requests_per_minute / 60
        self._buckets = Buckets(rate, options.burst) if rate > 0 else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request pass, or answer why not."""
        if scope["type"] == "http":
            try:
                self._admit(scope)
            except Problem as problem:
                await render(scope, problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _admit(self, scope: Scope) -> None:
        peer: str | None = scope.get("sereno.peer")
        rules = self._options.access
        try:
            reader = decide(scope["path"], peer, scope["headers"], self._view.keys(), rules)
        except Problem:
            if peer:
                self._limit("peer " + bucket_name(peer))
            raise
        if reader.key is not None:
            self._limit("key " + reader.key.id)
        elif not reader.local and not is_open(scope["path"], rules):
            self._limit("peer " + bucket_name(reader.peer))
        scope["sereno.reader"] = reader

    def _limit(self, name: str) -> None:
        if self._buckets is None:
            return
        wait = self._buckets.take(name, monotonic())
        if wait:
            raise Problem(
                "rate-limited",
                429,
                f"More than {self._options.requests_per_minute:g} requests a minute. Try again in {ceil(wait)} s.",
                headers={"Retry-After": str(ceil(wait))},
            )

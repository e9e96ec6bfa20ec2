"""GET /sereno/api/…: the watchman himself: status, health, running calls, model servers, journal, settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import described
from sereno.query.times import rfc3339
from sereno.query.view import Health, JournalState, ShownSetting, UpstreamState, WorkerState


class StoreState(msgspec.Struct, frozen=True, kw_only=True):
    """What the store holds; sizes in bytes, `oldest` null when it is empty."""

    calls: int
    bodies: int
    bytes: Mapping[str, int]
    oldest: str | None


class RunningCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request being forwarded now; its age in seconds."""

    id: str
    worker: int
    started: str
    age: float
    model: str | None
    response_bytes: int


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """All at a glance."""

    version: str
    started: str
    uptime: float
    health: Health
    workers: list[WorkerState]
    running: int
    journal: JournalState
    store: StoreState


def store_state(context: Context) -> StoreState:
    """Sizes of the store."""
    sizes = context.view.store.sizes()
    oldest = None if sizes.oldest_at is None else rfc3339(sizes.oldest_at)
    return StoreState(calls=sizes.calls, bodies=sizes.bodies, bytes=dict(sizes.parts), oldest=oldest)


def status(context: Context) -> Status:
    """The whole status."""
    view = context.view
    return Status(
        version=view.version,
        started=rfc3339(view.started_at),
        uptime=max(0.0, view.now() - view.started_at),
        health=view.health(),
        workers=list(view.workers()),
        running=len(view.running()),
        journal=view.journal(),
        store=store_state(context),
    )


def running(context: Context) -> list[RunningCall]:
    """Requests being forwarded, oldest first."""
    now = context.view.now()
    return [
        RunningCall(
            id=call.id,
            worker=call.worker,
            started=rfc3339(call.started_at),
            age=max(0.0, now - call.started_at),
            model=call.model,
            response_bytes=call.response_bytes,
        )
        for call in context.view.running()
    ]


def router(context: Context) -> APIRouter:
    """The routes of the watchman; each answers one document."""
    routes = APIRouter(prefix="/sereno/api", tags=["watchman"])
    documents: tuple[tuple[str, str, Any, Callable[[], object]], ...] = (
        ("status", "All at a glance.", Status, lambda: status(context)),
        ("health", "Each check and what it saw.", Health, context.view.health),
        ("running", "Requests being forwarded now, oldest first.", list[RunningCall], lambda: running(context)),
        ("workers", "The gateway's workers.", list[WorkerState], lambda: list(context.view.workers())),
        ("models", "Model servers and what they have.", list[UpstreamState], lambda: list(context.view.upstreams())),
        ("journal", "How far the journal is stored, and what was dropped.", JournalState, context.view.journal),
        ("store", "What the store holds.", StoreState, lambda: store_state(context)),
        ("settings", "Settings in force.", list[ShownSetting], lambda: list(context.view.settings())),
    )
    for name, summary, kind, make in documents:
        _add(routes, context, name, make, described(summary, (), kind))
    return routes


def _add(
    routes: APIRouter, context: Context, name: str, make: Callable[[], object], described_as: dict[str, Any]
) -> None:
    async def endpoint(request: Request) -> Response:
        context.read(request, ())
        return answer(await context.ask(name, make))

    routes.add_api_route(f"/{name}", endpoint, name=name, **described_as)

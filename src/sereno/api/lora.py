"""/sereno/api/lora: adapters, their versions side by side, what each did, their log."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from sereno.api.context import Context, answer
from sereno.api.describe import ASKING, described
from sereno.api.lora_changes import add_changes
from sereno.query.adapters import (
    AdapterComparison,
    AdapterDetail,
    AdapterMessage,
    LogMessage,
    adapter_comparison,
    adapter_detail,
    adapter_ledger,
    adapter_list,
    adapter_log,
)
from sereno.query.fields import Field
from sereno.query.view import KeeperView
from sereno.store.ledger import lora_figures
from sereno.store.ledger.lora_figures import Figure

BASE = Field(name="base_model", kind="name", help="Adapters of this base model.", maximum=4096,
             example="HuggingFaceTB/SmolLM2-135M-Instruct")  # fmt: skip
FIRST = Field(name="a", kind="name", help="The version before.", maximum=64, example="faq-v1")
SECOND = Field(name="b", kind="name", help="The version after.", maximum=64, example="faq-v2")
VERSION = {"id": "Name of the version."}


def router(context: Context) -> APIRouter:
    """The routes of adapters."""
    routes = APIRouter(prefix="/sereno/api/lora", tags=["lora"])
    _add_lists(routes, context)
    add_changes(routes, context)
    _add_version(routes, context)
    return routes


def _add_lists(routes: APIRouter, context: Context) -> None:
    """What is asked of all versions; before `/{id}`, which would take their words for a version."""
    view = context.view

    @routes.get("", **described("Adapters, the newest first.", (BASE,), list[AdapterMessage], errors=ASKING))
    async def list_(request: Request) -> Response:
        base = context.read(request, (BASE,)).get(BASE)
        return answer(await context.ask("lora", lambda: adapter_list(adapter_ledger(view), base)))

    @routes.get("/log", **described("What was imported, promoted, refused and rolled back, newest first.", (BASE,),
                                    list[LogMessage], errors=ASKING))  # fmt: skip
    async def log(request: Request) -> Response:
        base = context.read(request, (BASE,)).get(BASE)
        return answer(await context.ask("lora_log", lambda: adapter_log(adapter_ledger(view), base)))

    @routes.get("/compare", **described("Two versions side by side, and what differs.", (FIRST, SECOND),
                                        AdapterComparison, errors=ASKING))  # fmt: skip
    async def compare(request: Request) -> Response:
        values = context.read(request, (FIRST, SECOND))
        a, b = values.get(FIRST) or "", values.get(SECOND) or ""
        return answer(
            await context.ask(
                "lora_compare", lambda: adapter_comparison(adapter_ledger(view), view.store, a, b, view.now())
            )
        )


def _add_version(routes: APIRouter, context: Context) -> None:
    """What is asked of one version."""
    view = context.view

    @routes.get("/{id}", **described("One version: settings, training, hashes, traffic, log.", (),
                                          AdapterDetail, path=VERSION, errors=ASKING))  # fmt: skip
    async def one(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        context.read(request, ())
        return answer(
            await context.ask("lora_version", lambda: adapter_detail(adapter_ledger(view), view.store, id, view.now()))
        )

    @routes.get("/{id}/performance",
                **described("What a version did, window by window, oldest first.", (), list[Figure], path=VERSION,
                            errors=ASKING))  # fmt: skip
    async def performance(request: Request, id: str) -> Response:  # noqa: A002  the path's word
        context.read(request, ())
        return answer(await context.ask("lora_performance", lambda: _windows(view, id)))


def _windows(view: KeeperView, version: str) -> list[Figure]:
    with adapter_ledger(view).read() as connection:
        return lora_figures.figures(connection, version)

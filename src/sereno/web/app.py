"""The web UI: every page with its twins, the assets they need. No other host is ever asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from fastapi import FastAPI, Request, Response
from starlette.responses import RedirectResponse

from sereno.query.paging import address
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.web.acknowledge import acknowledging
from sereno.web.assets import Assets
from sereno.web.compression import Compression
from sereno.web.deciding import deciding
from sereno.web.page import Page
from sereno.web.pages import (
    alerts,
    call,
    calls,
    cost,
    drift,
    explain,
    explanations,
    health,
    lora,
    models,
    overview,
    quality,
    sessions,
    slo,
    users,
)
from sereno.web.site import Site
from sereno.web.thumbs import judging

_FIGURES: tuple[Page, ...] = (
    *overview.PAGES, *calls.PAGES, *call.PAGES, *sessions.PAGES, *users.PAGES, *models.PAGES, *cost.PAGES,
    *alerts.PAGES, *slo.PAGES, *quality.PAGES, *drift.PAGES, *lora.PAGES, *health.PAGES,
)  # fmt: skip
PAGES: tuple[Page, ...] = (*_FIGURES, explain.over(_FIGURES), *explanations.PAGES)
"""Every page, in the order of the navigation; a page with a fixed address before one that takes any."""


def mount(app: FastAPI, view: KeeperView) -> None:
    """Add the pages to an application that `sereno.api.app.create_app` made.

    Args:
        app: the application; its gates, query pool and error handlers serve the pages too.
        view: the keeper.
    """
    assets = Assets()
    site = Site(view, app.state.pool, assets)
    app.state.render_problem = site.problem
    app.add_middleware(Compression)
    for page in PAGES:
        path = "/sereno" + page.path
        app.add_route(path + ".json", _answers(site, page, "json"), include_in_schema=False)
        if page.table is not None:
            app.add_route(path + ".csv", _answers(site, page, "csv"), include_in_schema=False)
    for page in PAGES:
        app.add_route("/sereno" + page.path, _answers(site, page, "html"), include_in_schema=False)
    app.add_route("/sereno/alerts/{number}/acknowledge", acknowledging(view, app.state), methods=["POST"],
                  include_in_schema=False)  # fmt: skip
    app.add_route("/sereno/explanations/{id}/feedback", judging(view, app.state), methods=["POST"],
                  include_in_schema=False)  # fmt: skip
    app.add_route("/sereno/drift/triggers/{number}", deciding(view, app.state), methods=["POST"],
                  include_in_schema=False)  # fmt: skip
    app.add_route("/sereno/", _home, include_in_schema=False)
    app.add_route("/sereno/static/{name:path}", partial(_asset, assets), include_in_schema=False)


def _answers(site: Site, page: Page, form: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        return await site.page(page, request, form)

    return answer


async def _home(request: Request) -> Response:
    return RedirectResponse(address("/sereno", request.query_params.multi_items(), {}), 308)


async def _asset(assets: Assets, request: Request) -> Response:
    name = request.path_params["name"]
    found = assets.answer(name, request.headers)
    if found is None:
        raise not_found(f"There is no file {name[:100]!r}.")
    return found

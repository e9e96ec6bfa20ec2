"""The pages: /sereno, /sereno/calls/{id}, their JSON and CSV twins, the style sheet. No script, no other host."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib.resources import files
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from fastapi import FastAPI, Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import Scope

from sereno.conventions import DEFAULT_LISTEN
from sereno.query.cursor import encode_cursor
from sereno.query.detail import detail
from sereno.query.export import csv_rows, json_list
from sereno.query.fields import FILTERS, LANGUAGE, PAGING
from sereno.query.figures import figures, merged
from sereno.query.message import message, tokens_per_second
from sereno.query.models import resolve_model
from sereno.query.paging import address, next_link
from sereno.query.parameters import Values, read
from sereno.query.pool import QueryPool
from sereno.query.problems import PROBLEM_JSON, Problem, not_found
from sereno.query.view import KeeperView
from sereno.store.base import CallQuery, Page
from sereno.web import shown
from sereno.web.catalogue import language, texts
from sereno.web.problems import translated
from sereno.web.timeline import timeline

FIELDS = (*FILTERS, *PAGING, LANGUAGE)
PAGE_ROWS = 50
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_ASSETS = {"sereno.css": "text/css; charset=utf-8", "mark.svg": "image/svg+xml"}


def environment() -> Environment:
    """Templates that escape everything and fail on an unknown name."""
    made = Environment(
        loader=PackageLoader("sereno.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    made.filters.update(
        seconds=shown.seconds, count=shown.count, percent=shown.percent, dollars=shown.dollars, clock=shown.clock
    )
    made.filters["segment"] = partial(quote, safe="")
    return made


class Pages:
    """What the pages need: the keeper's view, the query pool of the API, the templates."""

    def __init__(self, view: KeeperView, pool: QueryPool) -> None:
        self.view = view
        self.pool = pool
        self.templates = environment()

    def render(
        self, name: str, scope: Scope, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> Response:
        """A page in the reader's language."""
        chosen, pairs = _language(scope)
        other = "es" if chosen == "en" else "en"
        body = self.templates.get_template(name).render(
            t=texts(chosen),
            lang=chosen,
            other=other,
            other_address=address(scope["path"], pairs, {"lang": other}),
            tokens_per_second=tokens_per_second,
            **values,
        )
        fields = {"Content-Security-Policy": CSP, "Vary": "Accept-Language, Accept", "Content-Language": chosen}
        return Response(body, status, {**fields, **(headers or {})}, media_type="text/html")

    def problem(self, scope: Scope, problem: Problem) -> Response:
        """A problem as a page where a browser asks for one, as a document everywhere else."""
        path: str = scope["path"]
        wants = "text/html" in Headers(scope=scope).get("accept", "")
        page = (path == "/sereno" or path.startswith("/sereno/")) and not path.startswith("/sereno/api")
        if not (page and wants) or path.endswith((".json", ".csv")):
            body = msgspec.json.encode(problem.document(path))
            return Response(body, problem.status, problem.headers, media_type=PROBLEM_JSON)
        told = translated(problem, _language(scope)[0])
        return self.render("problem.html", scope, problem.status, problem.headers, problem=problem, told=told)

    def page(self, query: CallQuery) -> Page:
        """A page of calls; runs in the pool."""
        if query.model is not None:
            query = msgspec.structs.replace(query, model=resolve_model(query.model, self.view.store.models()))
        return self.view.store.calls(query)

    def read(self, request: Request) -> tuple[Values, CallQuery]:
        """The page's parameters; pages are shorter than the API's."""
        values = read(request.query_params.multi_items(), FIELDS, self.view.now())
        query = values.query()
        return values, query if "limit" in values.given else msgspec.structs.replace(query, limit=PAGE_ROWS)

    def first(self, query: CallQuery) -> dict[str, Any]:
        """Everything on the first page; runs in the pool."""
        view = self.view
        now = view.now()
        day = view.store.aggregate(CallQuery(start=now - 86400))
        return {
            "page": self.page(query),
            "figures": figures(merged(group.totals for group in day)),
            "models": view.store.models(),
            "health": view.health(),
            "workers": view.workers(),
            "journal": view.journal(),
            "running": view.running(),
            "listen": next((s.value for s in view.settings() if s.name == "gateway.listen"), DEFAULT_LISTEN),
        }


def mount(app: FastAPI, view: KeeperView) -> None:
    """Add the pages to an application that `sereno.api.app.create_app` made.

    Args:
        app: the application; its gates, query pool and error handlers serve the pages too.
        view: the keeper.
    """
    pages = Pages(view, app.state.pool)
    app.state.render_problem = pages.problem
    _add_first(app, pages)
    _add_call(app, pages)

    @app.get("/sereno/", include_in_schema=False)
    @app.get("/sereno/calls", include_in_schema=False)
    async def home(request: Request) -> Response:
        return RedirectResponse(address("/sereno", request.query_params.multi_items(), {}), 308)

    @app.get("/sereno/static/{name}", include_in_schema=False)
    async def asset(name: str) -> Response:
        if name not in _ASSETS:
            raise not_found(f"There is no file {name[:100]!r}.")
        body = (files("sereno.web") / "static" / name).read_bytes()
        return Response(body, headers={"Cache-Control": "private, max-age=300"}, media_type=_ASSETS[name])


def _add_first(app: FastAPI, pages: Pages) -> None:
    @app.get("/sereno", include_in_schema=False)
    async def first(request: Request) -> Response:
        values, query = pages.read(request)
        found = await pages.pool.run("page", lambda: pages.first(query))
        pairs = request.query_params.multi_items()
        following = found["page"].next
        changed = {"cursor": encode_cursor(following), "offset": None} if following else {}
        narrowed = any(field.name in values.given for field in FILTERS)
        return pages.render(
            "calls.html",
            request.scope,
            given={field.name: "" for field in FIELDS} | dict(pairs),
            narrowed=narrowed,
            paged="cursor" in values.given or bool(query.offset),
            older=address("/sereno", pairs, changed) if following else None,
            newest=address("/sereno", pairs, {"cursor": None, "offset": None}),
            json_address=address("/sereno/calls.json", pairs, {"lang": None}),
            csv_address=address("/sereno/calls.csv", pairs, {"lang": None}),
            **found,
        )

    @app.get("/sereno/calls.json", include_in_schema=False)
    @app.get("/sereno.json", include_in_schema=False)
    async def as_json(request: Request) -> Response:
        found, headers = await rows(request, "/sereno/calls.json")
        return Response(b"".join(json_list(map(message, found.calls))), 200, headers, media_type="application/json")

    @app.get("/sereno/calls.csv", include_in_schema=False)
    @app.get("/sereno.csv", include_in_schema=False)
    async def as_csv(request: Request) -> Response:
        found, headers = await rows(request, "/sereno/calls.csv")
        headers["Content-Disposition"] = 'attachment; filename="ollama_analytics.csv"'
        return Response(b"".join(csv_rows(map(message, found.calls))), 200, headers, media_type="text/csv")

    async def rows(request: Request, path: str) -> tuple[Page, dict[str, str]]:
        _, query = pages.read(request)
        found = await pages.pool.run("page", lambda: pages.page(query))
        if found.next is None:
            return found, {}
        changed = {"cursor": encode_cursor(found.next), "offset": None}
        return found, {"Link": next_link(address(path, request.query_params.multi_items(), changed))}


def _add_call(app: FastAPI, pages: Pages) -> None:
    @app.get("/sereno/calls/{name}", include_in_schema=False)
    async def one(request: Request, name: str) -> Response:
        read(request.query_params.multi_items(), (LANGUAGE,), pages.view.now())
        text, as_json = name.removesuffix(".json"), name.endswith(".json")
        try:
            call_id = str(UUID(text))
        except ValueError:
            call_id = ""
        stored = await pages.pool.run("message", lambda: pages.view.store.call(call_id)) if call_id else None
        if stored is None:
            raise not_found(f"There is no call {text[:100]!r}; retention may have removed it.")
        whole = await pages.pool.run("message_detail", lambda: detail(stored))
        if as_json:
            return Response(msgspec.json.encode(whole), media_type="application/json")
        drawn = timeline(whole.timeline, stored.call.timing.total)
        return pages.render("call.html", request.scope, call=stored.call, detail=whole, drawn=drawn)


def _language(scope: Scope) -> tuple[Any, list[tuple[str, str]]]:
    request = Request(scope)
    pairs: Iterable[tuple[str, str]] = request.query_params.multi_items()
    chosen = language(request.query_params.get("lang"), request.headers.get("accept-language", ""))
    return chosen, list(pairs)

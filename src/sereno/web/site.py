"""The site around the pages: reads a request, asks in the query pool, answers as HTML, JSON or CSV.

The reader's language comes from `lang`, a cookie, the setting `ui.language`, then the browser; the time zone from `tz`,
a cookie that the browser code sets, else UTC; the theme from a cookie. Nothing here depends on a script having run.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.datastructures import Headers
from starlette.types import Scope

from sereno.conventions import DEFAULT_LISTEN
from sereno.errors import QueryError
from sereno.query.fields import LANGUAGE, TIMEZONE
from sereno.query.paging import address
from sereno.query.parameters import parse, read
from sereno.query.pool import QueryPool
from sereno.query.problems import PROBLEM_JSON, Problem
from sereno.query.view import HealthStatus, KeeperView
from sereno.web import charts
from sereno.web.addresses import explain_address, link_here, link_to
from sereno.web.assets import CSP, Assets
from sereno.web.category_titles import category_titles
from sereno.web.csv_twin import csv_text
from sereno.web.page import Ask, Look, Page
from sereno.web.problems import translated
from sereno.web.question import question
from sereno.web.ranges import TIMES, choices
from sereno.web.shown import Language, Shown
from sereno.web.template_code import TemplateCode
from sereno.web.texts import language, texts

NAVIGATION = (
    ("overview", "", "o"),
    ("calls", "/calls", "c"),
    ("sessions", "/sessions", "s"),
    ("users", "/users", "u"),
    ("models", "/models", "m"),
    ("cost", "/cost", "p"),  # p for price: c are the calls
    ("alerts", "/alerts", "a"),
    ("slo", "/slo", "b"),  # b for budget
    ("quality", "/quality", "q"),
    ("drift", "/drift", "d"),
    ("lora", "/lora", "l"),
    ("explanations", "/explanations", "e"),
    ("health", "/health", "h"),
)
"""Entries of the navigation: key of the text, address below /sereno, letter of the shortcut `g` and it."""
_CODE = TemplateCode()
_THEMES = ("light", "dark")
_YEAR = 365 * 86400


class Reader(msgspec.Struct, frozen=True):
    """Who reads: language, time zone, theme (`light`, `dark`, or "" for the system's)."""

    language: Language
    tz: str
    theme: str


class Site:
    """Answers for pages.

    Args:
        view: the keeper.
        pool: where questions run.
        assets: style sheet and scripts.
    """

    def __init__(self, view: KeeperView, pool: QueryPool, assets: Assets) -> None:
        self.view = view
        self.pool = pool
        self.templates = _environment(assets)
        self.templates.globals["assets_missing"] = assets.missing

    def setting(self, name: str, otherwise: str = "") -> str:
        """A setting in force, as text."""
        return next((s.value for s in self.view.settings() if s.name == name), otherwise)

    def reader(self, scope: Scope) -> Reader:
        """Language, zone and theme of a request; a value that is not ours counts as none."""
        request = Request(scope)
        asked = request.query_params.get("lang") or request.cookies.get("sereno_lang")
        if asked not in ("en", "es"):
            asked = self.setting("ui.language")
        zone = "UTC"
        for text in (request.query_params.get("tz"), request.cookies.get("sereno_tz")):
            if text:
                try:
                    zone = parse(TIMEZONE, text, 0.0)
                    break
                except QueryError:
                    continue
        theme = request.cookies.get("sereno_theme", "")
        chosen = language(asked, request.headers.get("accept-language", ""))
        return Reader(chosen, zone, theme if theme in _THEMES else "")

    async def page(self, page: Page, request: Request, form: str = "html") -> Response:
        """The answer to a request for a page, or for one of its twins (`json`, `csv`)."""
        request.scope["sereno.fields"] = page.fields  # what `problem` translates by
        now = self.view.now()
        reader = self.reader(request.scope)
        values = read(request.query_params.multi_items(), (*page.fields, LANGUAGE, TIMEZONE), now)
        start = request.query_params.get("start_time", "")
        ask = Ask(
            view=self.view,
            values=values,
            query=question(page, values, start, now),
            path=request.path_params,
            now=now,
            tz=reader.tz,
            language=reader.language,
        )
        content, status = await self.pool.run(f"page_{page.name}", partial(self._gather, page, ask, form))
        if form == "json":
            return Response(msgspec.json.encode(content), media_type="application/json")
        if form == "csv":
            assert page.table is not None
            name = f"sereno_{page.name}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(csv_text(page.table(content)), 200, headers, media_type="text/csv")
        return self._html(page, request, reader, content, status)

    def _gather(self, page: Page, ask: Ask, form: str) -> tuple[Any, HealthStatus]:
        return page.gather(ask), self.view.health().status if form == "html" else "ok"

    def _html(self, page: Page, request: Request, reader: Reader, content: Any, status: HealthStatus) -> Response:
        pairs = request.query_params.multi_items()
        given = {n: v for n, v in pairs if v.strip()}  # as `read` does, blank is left out
        path = request.url.path
        times = {f.name: given[f.name] for f in TIMES if given.get(f.name)}
        many = {field.name: [v for n, v in pairs if n == field.name and v] for field in page.fields if field.many > 1}
        shown = Shown(reader.language, reader.tz)
        t = texts(reader.language)
        link = partial(link_here, path, pairs)
        to = partial(link_to, times)
        category = category_titles(self.view, reader.language, t)
        base = self.setting("gateway.public_url", f"http://{DEFAULT_LISTEN}").rstrip("/")
        shaped = page.shape(
            content, Look(t=t, shown=shown, link=link, to=to, category=category, given=given, base=base)
        )
        ranged = any(field.name == "start_time" for field in page.fields)
        values = {
            "section": page.section,
            "page": page,
            "content": content,
            "given": {field.name: "" for field in page.fields} | given | many,
            "link": link,
            "to": to,
            "ranges": choices(given.get("start_time", ""), given.get("end_time", ""), page.usual_start)
            if ranged
            else None,
            "twin_json": address(path + ".json" if page.path else "/sereno.json", pairs, {"lang": None}),
            "twin_csv": address(path + ".csv" if page.path else "/sereno.csv", pairs, {"lang": None})
            if page.table
            else None,
            "state": status,
            "category": category,
            "now": self.view.now(),
            "public_url": base,
            "explain_at": partial(explain_address, address(path, pairs, {"lang": None})) if page.explainable else None,
            **shaped,
        }
        return self.render(page.template, request.scope, reader, values=values)

    def render(
        self,
        template: str,
        scope: Scope,
        reader: Reader | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Response:
        """A template as an answer in the reader's language; a language asked for by address is remembered."""
        reader = reader or self.reader(scope)
        pairs = Request(scope).query_params.multi_items()
        other = "es" if reader.language == "en" else "en"
        shown = Shown(reader.language, reader.tz)
        body = self.templates.get_template(template).render(
            t=texts(reader.language), lang=reader.language, tz=reader.tz, theme=reader.theme, f=shown, other=other,
            other_address=address(scope["path"], pairs, {"lang": other}), navigation=NAVIGATION,
            version=self.view.version, **{"section": "", "to": partial(link_to, {}), "state": None, **(values or {})},
        )  # fmt: skip
        fields = {
            "Content-Security-Policy": CSP,
            "Vary": "Accept-Language, Accept, Cookie",
            "Content-Language": reader.language,
            "Cache-Control": "no-store",  # prompts are not to lie in a browser's files, nor in a proxy's
            **(headers or {}),
        }
        answer = Response(body, status, fields, media_type="text/html")
        if Request(scope).query_params.get("lang") == reader.language:
            answer.set_cookie("sereno_lang", reader.language, _YEAR, path="/sereno", samesite="lax")
        return answer

    def problem(self, scope: Scope, problem: Problem) -> Response:
        """A problem as a page where a browser asks for one, as a document everywhere else."""
        path: str = scope["path"]
        wants = "text/html" in Headers(scope=scope).get("accept", "")
        page = (path == "/sereno" or path.startswith("/sereno/")) and not path.startswith("/sereno/api")
        if not (page and wants) or path.endswith((".json", ".csv")):
            body = msgspec.json.encode(problem.document(path))
            return Response(body, problem.status, problem.headers, media_type=PROBLEM_JSON)
        reader = self.reader(scope)
        told = translated(problem, reader.language, scope.get("sereno.fields", ()))
        return self.render(
            "problem.html", scope, reader, problem.status, problem.headers, {"problem": problem, "told": told}
        )


def _environment(assets: Assets) -> Environment:
    """Templates that escape everything and fail on an unknown name."""
    made = Environment(
        loader=PackageLoader("sereno.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False, bytecode_cache=_CODE,
    )  # fmt: skip
    assets.add_to(made)
    charts.add_to(made)
    return made

"""A small site of our own that shows the figures and the behaviours, under the policy that holds for all pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from sereno.web import charts
from sereno.web.assets import CSP, Assets
from sereno.web.charts import Chart, Series, Threshold
from sereno.web.compression import Compression
from sereno.web.texts import texts

START = 1_763_700_000.0  # 2025-11-21 04:40 UTC
HOSTILE = "</script><img src=x onerror=\"document.title='owned'\">"


def series(name: str, tone: charts.Tone, values: list[float | None]) -> Series:
    return Series(name=name, tone=tone, values=tuple(values))


def wave(base: float, count: int, gap: range | None = None) -> list[float | None]:
    return [None if gap and i in gap else base * (1 + (i * 7 % 13) / 10) for i in range(count)]


TIMES = tuple(START + 300 * i for i in range(48))
CHARTS = (
    Chart(
        kind="lines",
        id="latency",
        title="Latency",
        description="How long calls took.",
        unit="seconds",
        x=TIMES,
        series=(series("p50", "s1", wave(0.4, 48, range(20, 25))), series("p95", "s2", wave(1.5, 48, range(20, 25)))),
        thresholds=(Threshold(name="objective", value=5.0),),
        links=tuple(f"/at/{i}" for i in range(48)),
        tz="Europe/Madrid",
    ),
    Chart(
        kind="stacked",
        id="tokens",
        title="Tokens",
        unit="tokens",
        x=TIMES,
        series=(series("input", "s3", wave(3000, 48)), series("output", "s4", wave(9000, 48))),
    ),
    Chart(
        kind="area",
        id="cost",
        title="Cost",
        unit="dollars",
        x=TIMES,
        series=(series("all", "accent", wave(0.0004, 48)),),
    ),
    Chart(
        kind="bars",
        id="calls",
        title="Calls",
        unit="count",
        x=TIMES,
        series=(series("ok", "good", wave(10, 48)), series("errors", "bad", wave(1, 48))),
    ),
    Chart(
        kind="bars",
        id="models",
        title="Calls per model",
        unit="count",
        x=("qwen3:0.6b", HOSTILE, "a-very-long-name-of-a-model:latest"),
        series=(series("calls", "s1", [120.0, None, 7.0]),),
        links=("/sereno/models/1", None, "/sereno/models/3"),
    ),
    Chart(
        kind="histogram",
        id="spread",
        title="Distribution",
        unit="count",
        x=("≤0.1 s", "≤0.25 s", "≤0.5 s", "≤1 s", "≤2 s", "≤5 s", "≤10 s", ">10 s"),
        series=(series("calls", "accent", [1.0, 5.0, 20.0, 61.0, 33.0, 12.0, 3.0, 1.0]),),
    ),
    Chart(
        kind="radar",
        id="compared",
        title="Compared",
        unit="ratio",
        x=("speed", "cost", "quality", "reliability"),
        notes=("tokens a second", "dollars a token", "measured", "share without error"),
        series=(series("one", "s1", [1.0, 0.5, None, 0.98]), series("two", "s2", [0.4, 0.9, 0.7, 1.0])),
    ),
    Chart(
        kind="lines", id="nothing", title="Nothing", unit="ratio", x=(), series=(), empty="Nothing yet: send a call."
    ),
)


def environment(assets: Assets) -> Environment:
    made = Environment(
        loader=PackageLoader("sereno.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    assets.add_to(made)
    charts.add_to(made)
    return made


PAGE = (Path(__file__).parent / "gallery.html").read_text()


def gallery() -> Starlette:
    """Pages at `/sereno`; `?lang=es`, `?theme=dark`, `?script=0`, `?only=ID`."""
    assets = Assets()
    template = environment(assets).from_string(PAGE)

    async def page(request: Request) -> Response:
        asked = request.query_params
        chosen = "es" if asked.get("lang") == "es" else "en"
        shown = [chart for chart in CHARTS if asked.get("only") in (None, chart.id)]
        html = template.render(
            charts=shown, t=texts(chosen), lang=chosen, theme=asked.get("theme"), script=asked.get("script") != "0"
        )
        return HTMLResponse(html, headers={"Content-Security-Policy": CSP})

    async def static(request: Request) -> Response:
        return assets.answer(request.path_params["name"], request.headers) or Response("no such file", 404)

    async def at(request: Request) -> Response:
        return HTMLResponse(f"<title>at {request.path_params['name']}</title><link rel=icon href=data:,>")

    async def rows(request: Request) -> Response:
        after = int(request.query_params["after"])
        return HTMLResponse("".join(row(number) for number in range(STORED, after, -1)))

    async def events(_: Request) -> Response:
        async def told() -> AsyncIterator[str]:
            for number in range(1, STORED + 1):
                yield f"id: {number}\nevent: message\ndata: {{}}\n\n"
            await asyncio.sleep(3600)

        return StreamingResponse(told(), media_type="text/event-stream")

    app = Starlette(
        routes=[
            Route("/sereno", page),
            Route("/sereno/static/{name}", static),
            Route("/at/{name}", at),
            Route("/rows", rows),
            Route("/events", events),
        ]
    )
    app.add_middleware(Compression)
    return app


STORED = 230
PATIENCE = 30_000  # milliseconds until a condition must hold


def row(number: int) -> str:
    return f'<tr data-href="/at/{number}"><td><a href="/at/{number}">{number}</a></td></tr>'

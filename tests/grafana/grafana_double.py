"""Stands for Grafana's server: files of plugins, settings that keep secrets, the plugin proxy by the routes as built.

The proxy does what `pluginproxy.go` does: the first route that matches in path and method wins, templates are filled
from the settings, Cookie, Origin and Referer are removed, a service that is not there is a 502 without a body.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

APP = "sereno-app"
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: reading the certificates of the machine takes longer than what is asked for."""
_DROPPED = {"cookie", "origin", "referer", "host", "content-length", "connection", "accept-encoding"}
_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}
_PLAIN = re.compile(r"\{\{ \.(JsonData|SecureJsonData)\.(\w+) \}\}")
_WITH = re.compile(r"\{\{ with \.(JsonData|SecureJsonData)\.(\w+) \}\}\{\{ \. \}\}\{\{ end \}\}")


@dataclass
class Settings:
    """What an administrator set."""

    json_data: dict[str, str] = field(default_factory=dict)
    secure: dict[str, str] = field(default_factory=dict)


def filled(template: str, settings: Settings) -> str:
    """A template of plugin.json, filled as Go's text/template fills it: what is missing reads `<no value>`."""
    known = {"JsonData": settings.json_data, "SecureJsonData": settings.secure}
    text = _WITH.sub(lambda m: known[m[1]].get(m[2], ""), template)
    text = _PLAIN.sub(lambda m: known[m[1]].get(m[2], "<no value>"), text)
    assert "{{" not in text, f"a template that this double cannot fill: {template}"
    return text


def matched(routes: list[dict[str, Any]], method: str, path: str) -> tuple[dict[str, Any], str] | None:
    """The route for a path, and what is appended to its url."""
    for route in routes:
        if route.get("method") and route["method"] != method:
            continue
        pattern = route["path"]
        if pattern.endswith("/*") and path.startswith(pattern[:-1]):
            return route, path[len(pattern) - 2 :]
        if pattern == path:
            return route, ""
    return None


_KEPT = {"cache-control": "max-age=3600"}
"""Files stay in the browser's cache, as Grafana's do."""


class _Kept(StaticFiles):
    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers.update(_KEPT)
        return answer


def grafana(dist: Path, host: Path, settings: Settings) -> Starlette:
    """The application.

    Args:
        dist: the built app. host: the built host page.
        settings: may be changed while it runs.
    """
    folders = {json.loads(p.read_text())["id"]: p.parent for p in dist.rglob("plugin.json")}
    routes = json.loads((dist / "plugin.json").read_text())["routes"]

    async def index(_: Request) -> Response:
        return FileResponse(host / "index.html")

    async def of_plugin(request: Request) -> Response:
        file = (folders[request.path_params["id"]] / request.path_params["path"]).resolve()
        return (
            FileResponse(file, headers=_KEPT)
            if file.is_file() and file.is_relative_to(dist)
            else Response(status_code=404)
        )

    async def stored(request: Request) -> Response:
        if request.method == "POST":
            told = await request.json()
            settings.json_data = told["jsonData"]
            settings.secure |= told.get("secureJsonData", {})
            return JSONResponse({"message": "Plugin settings updated"})
        known = {name: True for name, value in settings.secure.items() if value}
        return JSONResponse({"id": APP, "enabled": True, "jsonData": settings.json_data, "secureJsonFields": known})

    async def proxy(request: Request) -> Response:
        found = matched(routes, request.method, request.path_params["path"])
        if found is None:
            return JSONResponse({"message": "plugin route match not found"}, 404)
        route, rest = found
        headers = [(n, v) for n, v in request.headers.items() if n not in _DROPPED]
        headers += [(h["name"], filled(h["content"], settings)) for h in route.get("headers", [])]
        headers.append(("X-Grafana-Context", "{}"))
        query = f"?{request.url.query}" if request.url.query else ""
        url = filled(route["url"], settings) + rest + query
        # One client a request: it belongs to the event loop of the server, which ends without telling.
        client = httpx.AsyncClient(timeout=httpx.Timeout(30, read=None), trust_env=False, verify=_NO_TLS)
        try:
            asked = client.build_request(request.method, url, headers=headers, content=await request.body())
            answer = await client.send(asked, stream=True)
        except (httpx.HTTPError, httpx.InvalidURL):
            await client.aclose()
            return Response(status_code=502)

        async def close() -> None:
            await answer.aclose()
            await client.aclose()

        async def body() -> AsyncIterator[bytes]:
            try:
                async for chunk in answer.aiter_raw():
                    yield chunk
            finally:
                await close()

        kept = {n: v for n, v in answer.headers.items() if n not in _HOP}
        return StreamingResponse(body(), answer.status_code, kept, background=BackgroundTask(close))

    return Starlette(
        routes=[
            Route("/", index),
            Route(f"/a/{APP}/{{page}}", index),
            Route(f"/api/plugins/{APP}/settings", stored, methods=["GET", "POST"]),
            Route(f"/api/plugin-proxy/{APP}/{{path:path}}", proxy, methods=["GET", "POST", "PUT", "DELETE"]),
            Route("/public/plugins/{id}/{path:path}", of_plugin),
            Mount("/public/build/img/icons", _Kept(directory=host / "icons")),
            Mount("/public/fonts/inter", _Kept(directory=host / "inter")),
            # Grafana's monospaced font is in none of its packages.
            Route(
                "/public/fonts/{path:path}", lambda _: FileResponse(host / "inter/Inter-Regular.woff2", headers=_KEPT)
            ),
            Mount("/harness", _Kept(directory=host)),
        ]
    )

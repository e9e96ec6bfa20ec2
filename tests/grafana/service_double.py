"""A service that explains in the shape that the app is built against, and fails as a real one cannot be made to.

`behave` is set by a test: `tell` explains slowly, piece by piece; the others are failures.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

AT = 1_763_600_000.0
FACTS = {
    "id": "x-1", "tz": "UTC", "title": "Latency", "series": ["llama3.2", "smollm2"],
    "facts": [
        {"id": "change_point-1", "kind": "change_point", "series": ["llama3.2"], "direction": "up", "start": AT,
         "numbers": [{"name": "before", "value": 1.8, "unit": "s"}, {"name": "after", "value": 2.7, "unit": "s"},
                     {"name": "change_percent", "value": 50.0, "unit": "percent", "low": 47.5, "high": 52.5}],
         "times": [{"name": "at", "at": AT}], "p_value": 1e-9, "confidence": 0.95, "weight": 0.9},
        {"id": "level-1", "kind": "level", "series": ["smollm2"], "start": AT - 86400, "end": AT + 86400, "weight": 0.4,
         "numbers": [{"name": "mean", "value": 0.7, "unit": "s"}]},
    ],
}  # fmt: skip
TEXT = "📈 llama3.2 rose by **50 %** to 2.7 s.\n\nsmollm2 stayed at 99 s. <img src=http://evil.example/x.png> [a](http://evil.example)"
MARKS = (("50 %", True, "change_point-1"), ("2.7 s", True, "change_point-1"), ("99 s", False, None))


@dataclass
class Service:
    """What the service does next, and what it saw."""

    behave: str = "tell"
    pause: float = 0.02
    text: str = TEXT
    seen: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: int = 0
    feedback: list[dict[str, Any]] = field(default_factory=list)


def _event(name: str, data: dict[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def problem(name: str, status: int, detail: str) -> Response:
    body = {"type": f"urn:sereno:problem:{name}", "title": name, "status": status, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def _marks() -> list[bytes]:
    told = []
    for text, supported, fact in MARKS:
        start = TEXT.index(text)  # Python counts code points, as the contract does
        mark = {"start": start, "end": start + len(text), "text": text, "supported": supported, "fact": fact}
        told.append(_event("verification", mark))
    return told


def service_app(service: Service) -> Starlette:
    """The application."""

    async def told() -> AsyncIterator[bytes]:
        whole = False
        try:
            yield _event("facts", FACTS)
            for at in range(0, len(service.text), 7):
                await asyncio.sleep(service.pause)
                yield _event("text", {"text": service.text[at : at + 7]})
                if service.behave == "cut" and at > 14:
                    return
                while service.behave == "hang" and at > 14:
                    await asyncio.sleep(0.05)
            for mark in _marks() if service.text == TEXT else ():
                yield mark
            if service.behave == "model-fails":
                yield _event("error", {"type": "x", "title": "Model", "detail": "The model moondream is not there."})
            yield _event("end", {"score": 2 / 3, "supported": 2, "numbers": 3, "model": "smollm2", "seconds": 1.25})
            whole = True
        finally:
            service.left += not whole

    async def explain(request: Request) -> Response:
        service.headers.append(dict(request.headers))
        service.seen.append(await request.json())
        match service.behave:
            case "html":
                return HTMLResponse("<html><body>It works</body></html>")
            case "key":
                return problem("key-unknown", 401, "This key is not known.")
            case "busy":
                return problem("busy", 503, "Four explanations run already.")
            case "not-found":
                return JSONResponse({"detail": "Not Found"}, 404)
        return StreamingResponse(told(), media_type="text/event-stream")

    async def models(_: Request) -> Response:
        names = [("template", False), ("smollm2", False), ("moondream", True)]
        return JSONResponse([{"name": n, "vision": v} for n, v in names])

    async def history(_: Request) -> Response:
        asked = {"id": "x-0", "created_at": AT, "title": "Errors", "analysis": "anomalies", "model": None}
        told = {
            "text": "Two errors at noon.",
            "facts": FACTS,
            "score": 1.0,
            "numbers": 1,
            "supported": 1,
            "seconds": 0.1,
        }
        return JSONResponse([asked | told])

    async def recalled(_: Request) -> Response:
        claim = {"start": 0, "end": 3, "text": "Two", "supported": True, "fact": "level-1"}
        return JSONResponse({"id": "x-0", "text": "Two errors at noon.", "facts": FACTS, "claims": [claim]})

    async def feedback(request: Request) -> Response:
        service.feedback.append({"id": request.path_params["id"], **(await request.json())})
        return JSONResponse({})

    return Starlette(
        routes=[
            Route("/sereno/api/explain", explain, methods=["POST"]),
            Route("/sereno/api/explain/models", models),
            Route("/sereno/api/explain/history", history),
            Route("/sereno/api/explain/history/x-0", recalled),
            Route("/sereno/api/explain/{id}/feedback", feedback, methods=["POST"]),
        ]
    )

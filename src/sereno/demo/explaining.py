"""Real charts of the demo: its own traffic and the S&P 500, explained by templates and by the embedded model."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

EXPLAIN = "/sereno/api/explain"
TEMPLATE = "template"
_PATIENCE = httpx.Timeout(300.0, connect=10.0)
_TITLES = {
    "en": ("The demo's own calls", "S&P 500, closing price"),
    "es": ("Las llamadas de la demo", "S&P 500, precio de cierre"),
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How one explanation went: `failure` is what the server said where there was none."""

    title: str
    model: str
    supported: int = 0
    numbers: int = 0
    seconds: float = 0.0
    failure: str = ""


def traffic_chart(recorded: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Latency and time to the first token of each call that the demo made, as the API tells them."""
    calls = sorted((one for one in recorded if one["latency"] is not None), key=lambda one: one["timestamp"])
    at = [1000 * datetime.fromisoformat(one["timestamp"]).timestamp() for one in calls]
    return _chart(at, "s", {name: [one[name] for one in calls] for name in ("latency", "ttft")})


def market_chart(days: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """Closing prices by ISO date; a day stands at its midnight in UTC."""
    at = [1000 * datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() for day, _ in days]
    return _chart(at, "currencyUSD", {"close": [price for _, price in days]})


def _chart(at: Sequence[float], unit: str, columns: Mapping[str, Sequence[float | None]]) -> dict[str, Any]:
    time = {"name": "time", "type": "time", "values": list(at)}
    numbers = [{"name": n, "type": "number", "unit": unit, "values": list(v)} for n, v in columns.items()]
    return {"frames": [{"name": "", "fields": [time, *numbers]}]}


def requests(charts: Sequence[Mapping[str, Any]], models: Sequence[str]) -> list[dict[str, Any]]:
    """What is asked: each chart of every narrator, templates first; templates tell Spanish readers too.

    Args:
        charts: own traffic, then the market where it is there.
        models: who narrates beside the templates.
    """
    asked = [
        {**chart, "title": _TITLES[language][place], "analysis": "trends", "language": language, "model": TEMPLATE}
        for place, chart in enumerate(charts)
        for language in ("en", "es")
    ]
    return asked + [
        {**chart, "title": _TITLES["en"][place], "analysis": "plain", "language": "en", "model": model}
        for model in models
        for place, chart in enumerate(charts)
    ]


async def explain(client: httpx.AsyncClient, request: Mapping[str, Any]) -> Outcome:
    """One explanation through the API; the keeper remembers it and its pages show it."""
    title, model = str(request["title"]), str(request["model"])
    failure, event = "", ""
    async with client.stream("POST", EXPLAIN, json=dict(request), timeout=_PATIENCE) as answer:
        if answer.status_code != httpx.codes.OK:
            await answer.aread()
            return Outcome(title=title, model=model, failure=answer.text.strip()[:300])
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                event = value
            elif name == "data" and event == "error":
                failure = str(json.loads(value)["detail"])
            elif name == "data" and event == "end":
                end = json.loads(value)
                return Outcome(
                    title=title, model=end["model"] or TEMPLATE, supported=end["supported"], numbers=end["numbers"],
                    seconds=end["seconds"], failure=failure,
                )  # fmt: skip
    return Outcome(title=title, model=model, failure=failure or "the answer broke off")

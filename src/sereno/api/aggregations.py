"""GET /analytics/aggregations: what a set of calls adds up to. Remembered for seconds while nothing is ingested."""

from __future__ import annotations

from collections import OrderedDict
from hashlib import blake2b
from time import monotonic

import msgspec
from fastapi import APIRouter, Request, Response

from sereno.api.context import Context
from sereno.api.describe import described
from sereno.query.aggregations import Aggregations, aggregations
from sereno.query.fields import FILTERS, INTERVAL, TIMEZONE
from sereno.store.base import CallQuery

FIELDS = (*FILTERS, INTERVAL, TIMEZONE)
_MOST = 64
_Key = tuple[CallQuery, str | None, str, int]


class _Memory:
    """Answers by question and ingest sequence; a call stored meanwhile makes another question of it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: OrderedDict[_Key, tuple[float, bytes]] = OrderedDict()

    def get(self, key: _Key) -> bytes | None:
        at, body = self._kept.get(key, (0.0, b""))
        return body if body and monotonic() - at < self._seconds else None

    def put(self, key: _Key, body: bytes) -> None:
        self._kept[key] = (monotonic(), body)
        while len(self._kept) > _MOST:
            try:
                self._kept.popitem(last=False)
            except KeyError:  # another thread emptied it
                break


def router(context: Context) -> APIRouter:
    """The route of aggregates."""
    routes = APIRouter(prefix="/analytics", tags=["aggregations"])
    memory = _Memory(context.options.cache_seconds)

    @routes.get("/aggregations", **described("Totals, rates and percentiles, by time, category and model; times "
                                             "bound the end of calls.", FIELDS, Aggregations))  # fmt: skip
    async def aggregate(request: Request) -> Response:
        values = context.read(request, FIELDS)
        query, interval, tz = values.query(), values.get(INTERVAL), values.get(TIMEZONE)

        def compute() -> bytes:
            store = context.view.store
            key = (query, interval, tz, store.last_sequence())
            body = memory.get(key)
            if body is None:
                now = context.view.now()
                body = msgspec.json.encode(aggregations(store, context.resolved(query), interval, tz, now))
                memory.put(key, body)
            return body

        body = await context.ask("aggregations", compute)
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, X-Sereno-Key"}
        asked = request.headers.get("if-none-match", "")
        if tag in (part.strip().removeprefix("W/") for part in asked.split(",")):
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    return routes

"""The price in force for each model of the record, or for one that is named."""

from __future__ import annotations

import msgspec

from sereno.calls import Call, Identity, Timing, Usage
from sereno.config.table import Settings
from sereno.pricing.prices import Prices, Quote
from sereno.store.base import CallQuery, Store
from sereno.wire.models import canonical


class Listed(msgspec.Struct, frozen=True):
    """One model on one server; price (in words, USD) and source are None where there is none."""

    model: str
    server: str
    price: str | None
    source: str | None


def recorded(store: Store, prices: Prices, now: float) -> list[Listed]:
    """Every model that answered requests, by name, on every server that did."""
    found = []
    for group in store.aggregate(CallQuery(), ("model", "upstream"), histograms=False):
        model, upstream = group.key
        if model is None or upstream is None:
            continue
        latest = store.calls(CallQuery(model=model, limit=1)).calls
        found += [
            _listed(model, msgspec.structs.replace(call, started_at=now, upstream=upstream), prices) for call in latest
        ]
    return found


def named(settings: Settings, model: str, prices: Prices, now: float) -> list[Listed]:
    """A model on every configured server, by the name that its API gives it."""
    return [
        _listed(model, _asked(model, upstream.name, upstream.path_prefix, now), prices)
        for upstream in settings.upstreams
    ]


def strangers(settings: Settings) -> list[tuple[str, str]]:
    """(table, server) for each price table that names a server which is not configured."""
    servers = {upstream.name for upstream in settings.upstreams}
    return [(price.name, name) for price in settings.prices for name in price.upstreams if name not in servers]


def _listed(model: str, call: Call, prices: Prices) -> Listed:
    quote: Quote | None = prices.quote(call)
    price, source = (None, None) if quote is None else (str(quote.rates), quote.source)
    return Listed(model, call.upstream, price, source)


def _asked(model: str, upstream: str, prefix: str, now: float) -> Call:
    """A call as a client would make it."""
    return Call(
        id="", started_at=now, protocol="openai", operation="chat", route="/v1/chat/completions",
        path=f"{prefix}/v1/chat/completions", method="POST", upstream=upstream, request_model=model,
        model=canonical(model, ollama=False), status="success", http_status=200, error_type=None, error_message=None,
        finish_reason=None, stream=False, usage=Usage(), timing=Timing(0.0), identity=Identity(), chunks=0,
        tool_calls=0, images=0, request_bytes=0, response_bytes=0, truncated=False, decode_error=None, prompt="",
        response="",
    )  # fmt: skip

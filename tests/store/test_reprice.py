"""What a price needs is stored and comes back: every kind of token, times, energy, the server and the path."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sereno.calls import Call, Timing, Usage
from sereno.pricing.machine import MachineRates
from sereno.pricing.prices import Prices, price
from sereno.pricing.rates import Rates, flat
from sereno.pricing.servers import Server
from sereno.pricing.tables import PriceTable
from sereno.store.base import CallQuery, Store
from store.made import T0, a_batch, a_call

RATES = Rates(
    input=flat(1.0), cached=flat(0.1), write=flat(1.25), write_hour=flat(2.0), output=flat(5.0), reasoning=flat(7.0)
)
CLAUDE = {
    "upstream": "anthropic", "protocol": "anthropic", "path": "/v1/messages?beta=true", "route": "/v1/messages",
    "model": "claude-3-7-sonnet-20250219",
}  # fmt: skip
CALLS = [
    a_call(0, model="tokens", usage=Usage(1_000_003, 300_017, 90_001, 10_007, 200_003, 100_019)),
    a_call(1, model="embedding", operation="embeddings", usage=Usage(77_777)),
    a_call(2, model="machine", timing=Timing(9.87654321, 0.1, 0.2, 1.1111, 2.2222, 3.3333), energy_joules=123.456789),
    a_call(3, usage=Usage(1_000_003, 300_017, 90_001, None, 200_003, 100_019), **CLAUDE),
    a_call(4, model=None, request_model=None, usage=Usage(5, None, 6)),
]
PRICES = Prices(
    [
        PriceTable(name="machine", models=("machine",), rates=MachineRates(per_hour=1.7, watts=9.0, per_kwh=0.31)),
        PriceTable(name="rest", models=("tokens", "embedding", ""), rates=RATES),
    ],
    {"anthropic": Server("https://api.anthropic.com")},
)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.model)
def test_a_stored_call_has_the_price_that_it_had_when_it_came(call: Call, opened: Callable[[], Store]) -> None:
    store = opened()
    store.add(a_batch([call]))
    store.close()
    again = opened()
    ((_, stored),) = again.calls_after(-1, 10, CallQuery(internal=None))
    assert stored.usage == call.usage
    assert price(call, PRICES) is not None
    assert price(stored, PRICES) == price(call, PRICES)


def test_tokens_beyond_what_a_store_holds_have_no_price_before_and_after(store: Store) -> None:
    huge = Usage(2**60, None, 1, None, 2**59, 2**58)
    call = a_call(0, model="tokens", usage=huge)
    store.add(a_batch([call]))
    ((_, stored),) = store.calls_after(-1, 10)
    assert (price(call, PRICES), price(stored, PRICES)) == (None, None)
    assert stored.started_at == T0

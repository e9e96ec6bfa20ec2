"""The price of a call: the first configured table that fits, else the catalogue where a cloud answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec

from sereno.calls import Call
from sereno.pricing.catalogue import Catalogue, Entry, catalogue
from sereno.pricing.machine import MachineRates
from sereno.pricing.rates import Rates
from sereno.pricing.servers import Server
from sereno.pricing.tables import PriceTable
from sereno.pricing.tokens import tokens_of

MOST_USD = 1e9
"""More than this for one call is no honest figure (stores drop it as well)."""
REMEMBERED = 4096
"""Answers to "which price list" kept by server, path and model name."""


class Quote(NamedTuple):
    """A price that is in force.

    Attributes:
        source: `local:NAME`, or `genai-prices:VERSION:PROVIDER/MODEL`; stored with each call.
        rates: what is charged.
    """

    source: str
    rates: Rates | MachineRates

    def cost(self, call: Call) -> float | None:
        """USD, None where what it is charged by is not known."""
        if isinstance(self.rates, MachineRates):
            usd = self.rates.cost(call)
        else:
            tokens = tokens_of(call)
            usd = None if tokens is None else self.rates.cost(tokens)
        return usd if usd is not None and 0.0 <= usd <= MOST_USD else None  # false for NaN


class Prices:
    """Every price that the settings put in force.

    Args:
        tables: configured prices; the first one that fits a call is its price.
        servers: configured model servers by name.
        load: gives the catalogue; called when a cloud's call is first priced.
    """

    def __init__(
        self,
        tables: Sequence[PriceTable] = (),
        servers: Mapping[str, Server] | None = None,
        load: Callable[[], Catalogue] = catalogue,
    ) -> None:
        self._tables = tuple(tables)
        self._known = frozenset(servers or {})
        self._clouds = {name: server for name, server in (servers or {}).items() if server.is_cloud}
        self._load = load
        self._table = lru_cache(REMEMBERED)(self._fitting)
        self._entry = lru_cache(REMEMBERED)(self._looked_up)

    def knows(self, upstream: str) -> bool:
        """Whether a model server of this name is configured."""
        return upstream in self._known

    def quote(self, call: Call) -> Quote | None:
        """The price in force for the call's model, server and time; None where there is none."""
        table = self._table(call.upstream, call.model)
        if table is not None:
            return Quote(f"local:{table.name}", table.rates)
        server, model = self._clouds.get(call.upstream), call.model
        if server is None or model is None:
            return None
        entry = self._entry(server, call.path.partition("?")[0], model, named=call.protocol != "ollama")
        rates = None if entry is None else entry.rates(call.started_at)
        if entry is None or rates is None:
            return None
        return Quote(f"genai-prices:{self._load().version}:{entry.provider}/{entry.model.id}", rates)

    def _fitting(self, upstream: str, model: str | None) -> PriceTable | None:
        return next((table for table in self._tables if table.fits(upstream, model)), None)

    def _looked_up(self, server: Server, path: str, model: str, *, named: bool) -> Entry | None:
        """The catalogue's entry; `named`: a model's name alone may tell it (an Ollama's names are its own)."""
        listed = self._load()
        # Clients choose the path, and some of the package's patterns find a host in it; without dots they do not.
        asked = server.url + path.removeprefix(server.prefix).replace(".", "-")
        provider = server.provider or listed.provider_at(asked)
        return listed.find(model, provider) if provider or named else None


def price(call: Call, prices: Prices) -> tuple[float, str] | None:
    """What a call cost: USD and the source of its price, None where that is unknown; free is 0.0."""
    if call.operation == "other":
        return None
    quote = prices.quote(call)
    usd = None if quote is None else quote.cost(call)
    return None if quote is None or usd is None else (usd, quote.source)


def priced(prices: Prices) -> Callable[[Call], Call]:
    """The function that gives a call its price (`keeper.enrich.Enricher`)."""

    def with_price(call: Call) -> Call:
        found = price(call, prices)
        usd, source = found if found is not None else (None, None)
        if usd == call.cost_usd and source == call.cost_source:
            return call
        return msgspec.structs.replace(call, cost_usd=usd, cost_source=source)

    return with_price

"""Settings to the prices in force."""

from __future__ import annotations

from sereno.config.nearest import suggestion
from sereno.config.sections.price import Price
from sereno.config.table import Settings
from sereno.errors import ConfigError
from sereno.pricing.catalogue import catalogue
from sereno.pricing.machine import MachineRates
from sereno.pricing.prices import Prices
from sereno.pricing.rates import Rates, flat
from sereno.pricing.servers import LOCAL, Server
from sereno.pricing.tables import PriceTable


def prices_of(settings: Settings) -> Prices:
    """The prices that the settings put in force.

    Raises:
        ConfigError: a model server names a provider that has no price list.
    """
    problems = [
        f"upstreams.{upstream.name}.provider is {upstream.provider!r}; expected local, or a provider with a price list"
        f" (`sereno prices --providers` names them){suggestion(upstream.provider, catalogue().providers())}"
        for upstream in settings.upstreams
        if upstream.provider not in {"", LOCAL} and upstream.provider not in catalogue().providers()
    ]
    if problems:
        raise ConfigError("\n".join(problems))
    servers = {
        upstream.name: Server(
            upstream.url, upstream.provider, upstream.path_prefix.rstrip("/") if upstream.strip_prefix else ""
        )
        for upstream in settings.upstreams
    }
    return Prices([_table(price) for price in settings.prices], servers)


def _table(price: Price) -> PriceTable:
    return PriceTable(name=price.name, models=price.models, upstreams=price.upstreams, rates=_rates(price))


def _rates(price: Price) -> Rates | MachineRates:
    if price.input is None:
        return MachineRates(per_hour=price.per_hour, watts=price.watts, per_kwh=price.per_kwh)
    return Rates(
        input=flat(price.input),
        cached=None if price.cached_input is None else flat(price.cached_input),
        output=None if price.output is None else flat(price.output),
    )

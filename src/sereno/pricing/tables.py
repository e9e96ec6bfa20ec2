"""Prices that the operator configured: `[prices.NAME]`."""

from __future__ import annotations

import msgspec

from sereno.pricing.machine import MachineRates
from sereno.pricing.rates import Rates
from sereno.trust.wildcard import matches

LATEST = ":latest"


class PriceTable(msgspec.Struct, frozen=True, kw_only=True):
    """One configured price.

    Attributes:
        name: what the source of a price calls it.
        models: model names; `*` stands for any text.
        upstreams: names of the model servers it is for, empty for all.
        rates: by token or by time.
    """

    name: str
    models: tuple[str, ...]
    upstreams: tuple[str, ...] = ()
    rates: Rates | MachineRates

    def fits(self, upstream: str, model: str | None) -> bool:
        """Whether it is the price of a model on a server.

        Args:
            upstream: name of the model server.
            model: canonical name, compared without case, with and without `:latest`; None (`*` fits) if none was named.
        """
        if self.upstreams and upstream not in self.upstreams:
            return False
        name = (model or "").lower()
        names = {name, name.removesuffix(LATEST)}
        return any(matches(pattern.lower(), name) for pattern in self.models for name in names)

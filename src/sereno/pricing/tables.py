"""Prices that the operator configured: `[prices.NAME]`."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sereno.pricing.machine import MachineRates
from sereno.pricing.pattern import matches
from sereno.pricing.rates import Rates

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

    def fits(self, upstream: str, models: Iterable[str | None]) -> bool:
        """Whether it is the price of a model on a server.

        Args:
            upstream: name of the model server.
            models: the model's names, as asked and canonical; compared without case, with and without `:latest`.
        """
        if self.upstreams and upstream not in self.upstreams:
            return False
        names = {name.lower() for name in models if name}
        names |= {name.removesuffix(LATEST) for name in names}
        return any(matches(pattern.lower(), name) for pattern in self.models for name in names)

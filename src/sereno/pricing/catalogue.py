"""Cloud prices as the genai-prices package knows them, from the data in its wheel: nothing is asked of the network.

The package takes half a second and 40 MB to load, so it is loaded when the first cloud price is wanted.
It bills a call in 0.1 ms; as only tokens are known here, its price lists are turned into `Rates` once, and a test
holds both to the same result.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from sereno.pricing.rates import Rates, Steps, flat

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider

LONGEST_NAME = 256
"""A longer model name is nobody's."""
BY_NAME = "litellm"
"""A provider that is none: the model's name says whose it is (`anthropic/claude-…`, or a name only one maker has)."""
_LAST = 253_370_721_600.0
"""9999-01-01T12:00Z: by when every price list has reached its last entry."""
_MAKERS = ("anthropic", "google", "openai")
"""Makers whose models run nowhere but in clouds …"""
_OPEN = re.compile("gpt-oss|gemma", re.IGNORECASE)
"""… but for these."""


class Entry(msgspec.Struct, frozen=True):
    """One model in a provider's price list."""

    provider: str
    model: ModelInfo

    def rates(self, at: float) -> Rates | None:
        """The prices at a time (epoch seconds), None where tokens have none."""
        return _rates(self.model.get_prices(datetime.fromtimestamp(at, UTC)))


class Catalogue:
    """The price lists of all providers; `catalogue()` gives the one there is.

    Attributes:
        version: of the package, which names the state of the data.
    """

    def __init__(self) -> None:
        import genai_prices  # noqa: PLC0415  half a second that only clouds are worth
        from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  same

        self.version = genai_prices.__version__
        self._providers: Mapping[str, Provider] = {provider.id: provider for provider in get_snapshot().providers}

    def providers(self) -> list[str]:
        """What may be named as a provider, sorted."""
        return sorted([*self._providers, BY_NAME])

    def provider_at(self, url: str) -> str | None:
        """The provider whose address this is, None for an address nobody is known by."""
        return next((p.id for p in self._providers.values() if re.match(p.api_pattern, url)), None)

    def find(self, model: str, provider: str | None) -> Entry | None:
        """A model's entry.

        Args:
            model: the name as asked.
            provider: whose price list. None: only a name that tells it alone.
        """
        if len(model) > LONGEST_NAME:
            return None
        if provider == BY_NAME:
            head, slash, rest = model.partition("/")
            if slash and head.lower() in self._providers:
                return self.find(rest, head.lower())
            provider = None
        if provider is None:
            return self._by_name(model)
        listed = self._providers[provider]
        found = listed.find_model(model, all_providers=list(self._providers.values()))
        return None if found is None else Entry(provider, found)

    def _by_name(self, model: str) -> Entry | None:
        """The entry of the only maker, where everyone who sells the model asks the same."""
        if _OPEN.search(model):
            return None
        makers = [p for name in _MAKERS if (p := self._providers.get(name)) and _makes(p, model)]
        if len(makers) != 1:
            return None
        own = self.find(model, makers[0].id)
        if own is None:
            return None
        everywhere = [own, *(other for name in self._providers if (other := self.find(model, name)) is not None)]
        asked = {rates for entry in everywhere if (rates := entry.rates(_LAST)) is not None}
        return own if len(asked) == 1 else None  # subscriptions list models without a price


def _makes(provider: Provider, model: str) -> bool:
    return provider.model_match is not None and provider.model_match.is_match(model.lower())


@cache
def catalogue() -> Catalogue:
    """The catalogue, loaded when it is first asked for."""
    return Catalogue()


_known: dict[int, tuple[ModelPrice, Rates | None]] = {}
"""Rates by price list; the lists live as long as the package's data, a few thousand at most."""


def _rates(prices: ModelPrice) -> Rates | None:
    found = _known.get(id(prices))
    if found is None:
        found = _known[id(prices)] = (prices, _converted(prices))
    return found[1]


def _converted(prices: ModelPrice) -> Rates | None:
    sent = _steps(prices, "input_mtok")
    if sent is None:
        return None
    each = _steps(prices, "requests_kcount")
    return Rates(
        input=sent,
        cached=_steps(prices, "cache_read_mtok"),
        write=_steps(prices, "cache_write_mtok"),
        write_hour=_steps(prices, "cache_write_1h_mtok"),
        output=_steps(prices, "output_mtok"),
        reasoning=_steps(prices, "output_reasoning_mtok"),
        request=0.0 if each is None else each[0][1] / 1000,
    )


def _steps(prices: ModelPrice, key: str) -> Steps | None:
    value = getattr(prices, key)
    if value is None:
        return None
    if not hasattr(value, "tiers"):
        return flat(float(value))
    return ((-1, float(value.base)), *((tier.start, float(tier.price)) for tier in value.tiers))

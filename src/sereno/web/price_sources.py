"""Where the prices of calls came from: the settings' tables or the catalogue, and what that came to."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.query.figures import ratio
from sereno.query.view import ShownSetting
from sereno.store.base import CallQuery, Group, Store, Totals

LOCAL = "local:"
MILLION = 1e6


class PriceSource(msgspec.Struct, frozen=True, kw_only=True):
    """One source of prices.

    Attributes:
        source: `local:NAME` for `[prices.NAME]` of the settings, `genai-prices:VERSION:PROVIDER/MODEL` for the
            catalogue; null for calls without a price.
        calls: how many have it; of those without a price, the ones with tokens to price.
        cost_usd: what they cost; null without a price.
        cost_per_million_tokens: US dollars, input and output together; null without a price or tokens.
        settings: of the table now in force, name → value; empty for the catalogue.
    """

    source: str | None
    calls: int
    cost_usd: float | None
    cost_per_million_tokens: float | None
    settings: dict[str, str] = {}


def price_sources(store: Store, query: CallQuery, settings: Sequence[ShownSetting]) -> list[PriceSource]:
    """The sources of a set of calls, the dearest first, calls without a price last."""
    return told_sources(store.aggregate(query, ("cost_source",), histograms=False), settings)


def told_sources(groups: Sequence[Group], settings: Sequence[ShownSetting]) -> list[PriceSource]:
    """The same of sums by source."""
    found = [price_source(group.key[0], group.totals, settings) for group in groups]
    found = [source for source in found if source.calls]
    return sorted(found, key=lambda s: (s.source is None, -(s.cost_usd or 0.0), s.source or ""))


def price_source(source: str | None, totals: Totals, settings: Sequence[ShownSetting]) -> PriceSource:
    """One source with its sums."""
    per_token = ratio(totals.cost_usd, totals.input_tokens + totals.output_tokens) if totals.cost_known else None
    table = f"prices.{source.removeprefix(LOCAL)}." if source and source.startswith(LOCAL) else None
    return PriceSource(
        source=source,
        calls=totals.cost_known or totals.unpriced,
        cost_usd=totals.cost_usd if totals.cost_known else None,
        cost_per_million_tokens=None if per_token is None else per_token * MILLION,
        settings={s.name.removeprefix(table): s.value for s in settings if s.name.startswith(table) and s.value}
        if table
        else {},
    )

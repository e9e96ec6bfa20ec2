"""What calls cost, summed by a dimension: models, users, categories."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.query.figures import ratio
from sereno.store.base import Group, Totals

MILLION = 1e6


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over calls; costs in US dollars, null where no call has a price.

    Attributes:
        calls: all. priced: of known price. unpriced: with known tokens, but no known price.
        cached_share: of the input tokens, those that came from a cache, 0–1; null without input tokens.
        mean_per_call: over the priced calls.
        measured: calls of known energy. energy_joules: theirs, null where there is none.
        joules_per_output_token: over the same calls.
    """

    calls: int
    priced: int
    unpriced: int
    cost_usd: float | None
    input_tokens: int
    output_tokens: int
    cached_share: float | None
    mean_per_call: float | None
    measured: int
    energy_joules: float | None
    joules_per_output_token: float | None


class Share(Spent, frozen=True, kw_only=True):
    """Of one model, user or category.

    Attributes:
        name: null for calls that have none.
        share: of the whole cost, 0–1; null where that is unknown or nothing.
    """

    name: str | None
    share: float | None


def spent(totals: Totals) -> Spent:
    """What sums say of cost."""
    return Spent(
        calls=totals.calls,
        priced=totals.cost_known,
        unpriced=totals.unpriced,
        cost_usd=totals.cost_usd if totals.cost_known else None,
        input_tokens=totals.input_tokens,
        output_tokens=totals.output_tokens,
        cached_share=ratio(totals.cached_input_tokens, totals.input_tokens),
        mean_per_call=ratio(totals.cost_usd, totals.cost_known),
        measured=totals.energy_known,
        energy_joules=totals.energy_joules if totals.energy_known else None,
        joules_per_output_token=ratio(totals.energy_joules, totals.energy_tokens),
    )


def shares(groups: Sequence[Group]) -> list[Share]:
    """One for each group by a single dimension: the dearest first, then the one with the most calls."""
    whole = sum(group.totals.cost_usd for group in groups)
    rows = [
        Share(
            name=group.key[0],
            share=ratio(group.totals.cost_usd, whole) if group.totals.cost_known else None,
            **msgspec.structs.asdict(spent(group.totals)),
        )
        for group in groups
        if group.totals.calls
    ]
    return sorted(rows, key=lambda row: (-(row.cost_usd or 0.0), -row.calls, row.name or ""))


def per_million_tokens(priced: Totals) -> float | None:
    """US dollars for a million tokens, input and output together, None without a price or tokens.

    Args:
        priced: sums over calls of known price alone.
    """
    per_token = ratio(priced.cost_usd, priced.input_tokens + priced.output_tokens) if priced.cost_known else None
    return None if per_token is None else per_token * MILLION

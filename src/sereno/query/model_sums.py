"""Sums of models, and of those of their calls that have a price: what a price per token may be made of."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.query.figures import merged
from sereno.store.base import CallQuery, Group, Store, Totals


class ModelSums(msgspec.Struct, frozen=True):
    """One model.

    Attributes:
        model: canonical name, None for calls that named none.
        whole: over all of its calls.
        priced: over those of known price alone.
    """

    model: str | None
    whole: Totals
    priced: Totals


def model_sums(store: Store, query: CallQuery) -> list[ModelSums]:
    """Every model with matching calls, with histograms, most calls first."""
    return summed(store.aggregate(query, ("model", "cost_source")))


def summed(groups: Sequence[Group]) -> list[ModelSums]:
    """The same of groups by model and source of price; calls of one source have a price, or none of them has."""
    found: dict[str | None, list[Totals]] = {}
    for group in groups:
        found.setdefault(group.key[0], []).append(group.totals)
    sums = [
        ModelSums(model, merged(parts), merged(part for part in parts if part.cost_known and not part.unpriced))
        for model, parts in found.items()
    ]
    return sorted(sums, key=lambda s: (-s.whole.calls, s.model or ""))

"""Radar scores of models: speed, cost, quality, reliability, each in 0–1, each defined in the answer.

Speed and cost compare the models of one answer with each other, so that scales of ours decide nothing;
reliability stands for itself. What was not measured is null, never a middle value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from sereno.query.figures import generation_speed, ratio
from sereno.query.model_sums import ModelSums
from sereno.query.quality import QUALITY_DEFINITION
from sereno.store.base import Totals

DEFINITIONS: dict[str, str] = {
    "speed": "Output tokens per second of generation, as the model server told it (as the gateway saw the answer come "
    "where it did not), divided by the fastest model's in this answer.",
    "cost": "Cost per 1000 tokens (input and output, over the calls with a known price) of the cheapest model in this "
    "answer, divided by this model's; 1 where the cost is zero, null where no price is known. Models that generate "
    "compare with each other, and those that do not (embeddings) with each other.",
    "quality": QUALITY_DEFINITION,
    "reliability": "Share of calls that succeeded, of those that succeeded or failed; calls that the client left are "
    "not counted.",
}


class Scores(msgspec.Struct, frozen=True):
    """Scores of one model in 0–1, higher is better; null where not measured."""

    speed: float | None
    cost: float | None
    quality: float | None
    reliability: float | None


def cost_per_1000_tokens(priced: Totals) -> float | None:
    """US dollars per 1000 tokens, None without a price or tokens.

    Args:
        priced: sums over calls of known price alone, so that the cost of a part does not pass for that of the whole.
    """
    tokens = priced.input_tokens + priced.output_tokens
    per_token = ratio(priced.cost_usd, tokens) if priced.cost_known else None
    return None if per_token is None else per_token * 1000


def scores(models: Sequence[ModelSums], quality: Mapping[str, float] | None = None) -> list[Scores]:
    """Scores of the models of one answer, in their order.

    Args:
        models: their sums.
        quality: by canonical name, of those where it is known (`query.quality.known_quality`).
    """
    speeds = [generation_speed(m.whole) for m in models]
    prices = [cost_per_1000_tokens(m.priced) for m in models]
    fastest = max((s for s in speeds if s is not None), default=None)
    kinds = [m.whole.output_tokens > 0 for m in models]
    cheapest = {
        kind: min((p for p, k in zip(prices, kinds, strict=True) if p is not None and k == kind), default=None)
        for kind in (True, False)
    }
    out = []
    for model, speed, price, kind in zip(models, speeds, prices, kinds, strict=True):
        least, cost = cheapest[kind], None
        if price is not None and least is not None:
            cost = least / price if price else 1.0
        out.append(
            Scores(
                speed=speed / fastest if speed is not None and fastest else None,
                cost=cost,
                quality=(quality or {}).get(model.model or ""),
                reliability=ratio(model.whole.success, model.whole.success + model.whole.error),
            )
        )
    return out

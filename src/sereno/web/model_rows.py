"""A model as pages show it: its figures, its scores, where it is installed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from sereno.query.figures import Figures, figures, ratio
from sereno.query.model_sums import ModelSums
from sereno.query.models import resolve_model
from sereno.query.scores import Scores, cost_per_1000_tokens, scores
from sereno.query.view import UpstreamState


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A model on one model server, as its last poll told; sizes in bytes, null where it did not say."""

    upstream: str
    loaded: bool
    size_bytes: int | None
    parameter_size: str | None
    quantization: str | None
    family: str | None
    memory_bytes: int | None
    vram_bytes: int | None


class ModelRow(msgspec.Struct, frozen=True, kw_only=True):
    """One model in a range of time.

    Attributes:
        model: canonical name; null for calls that named none.
        share: of all calls, 0–1; null where there are none.
        figures: of its calls.
        unpriced: calls with known tokens whose price is unknown.
        cost_per_1000_calls: US dollars, over the calls with a known price.
        cost_per_1000_tokens: US dollars, over the same.
        scores: of the radar, over all models of the same list.
        calls_by_time: calls in each interval.
        places: where it is installed now.
    """

    model: str | None
    share: float | None
    figures: Figures
    unpriced: int
    cost_per_1000_calls: float | None
    cost_per_1000_tokens: float | None
    scores: Scores
    calls_by_time: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()


Places = Mapping[str, tuple[Place, ...]]
"""Canonical model name → where it is installed."""


def places(servers: Sequence[UpstreamState], called: Collection[str]) -> Places:
    """What the model servers have, under the names that calls have.

    Args:
        servers: as last polled.
        called: names of all models with calls.
    """
    found: dict[str, tuple[Place, ...]] = {}
    for server in servers:
        for model in server.models:
            name = resolve_model(model.name, called)
            place = Place(
                upstream=server.name,
                loaded=model.loaded,
                size_bytes=model.size_bytes,
                parameter_size=model.parameter_size,
                quantization=model.quantization,
                family=model.family,
                memory_bytes=model.memory_bytes,
                vram_bytes=model.vram_bytes,
            )
            found[name] = (*found.get(name, ()), place)
    return found


def model_rows(
    sums: Sequence[ModelSums],
    installed: Places,
    series: Mapping[str | None, tuple[int, ...]] | None = None,
    quality: Mapping[str, float] | None = None,
) -> list[ModelRow]:
    """Rows in the order of the sums.

    Args:
        sums: with histograms.
        installed: where models are.
        series: calls by interval of each model.
        quality: by canonical name, where it is known.
    """
    calls = sum(found.whole.calls for found in sums)
    return [
        ModelRow(
            model=found.model,
            share=ratio(found.whole.calls, calls),
            figures=figures(found.whole),
            unpriced=found.whole.unpriced,
            cost_per_1000_calls=per_1000_calls(found.whole.cost_usd, found.whole.cost_known),
            cost_per_1000_tokens=cost_per_1000_tokens(found.priced),
            scores=score,
            calls_by_time=(series or {}).get(found.model, ()),
            places=installed.get(found.model or "", ()),
        )
        for found, score in zip(sums, scores(sums, quality), strict=True)
    ]


def per_1000_calls(cost: float, priced: int) -> float | None:
    """US dollars for a thousand calls at the mean of the priced ones, None without one."""
    mean = ratio(cost, priced)
    return None if mean is None else mean * 1000

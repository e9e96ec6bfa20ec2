"""Cost over time as bars on one another, one colour a model; the cheaper models share the last."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sereno.web.charts import Chart, Series
from sereno.web.page import Look
from sereno.web.radar import TONES

OWN = len(TONES) - 1
"""Models with a colour of their own; one tone is left for all others."""


def cost_chart(
    times: Sequence[float], end: float, points: Sequence[tuple[float, str | None, float | None]], look: Look
) -> Chart:
    """The figure.

    Args:
        times: starts of the intervals.
        end: of the last one.
        points: (start of the interval, model, US dollars or None where no price is known).
        look: of the reader.
    """
    t = look.t
    sums: dict[str | None, float] = {}
    for _, model, cost in points:
        if cost is not None:
            sums[model] = sums.get(model, 0.0) + cost
    dearest = sorted(sums, key=lambda model: (-sums[model], model or ""))
    own = dearest if len(dearest) <= OWN + 1 else dearest[:OWN]
    index = {round(at): position for position, at in enumerate(times)}
    values = {model: [0.0] * len(times) for model in own}
    others = [0.0] * len(times)
    for at, model, cost in points:
        if cost is not None and round(at) in index:
            values.get(model, others)[index[round(at)]] += cost
    series = [
        Series(name=t["unnamed_model"] if model is None else model, values=tuple(costs), tone=tone)
        for (model, costs), tone in zip(values.items(), TONES, strict=False)
    ]
    if len(own) < len(dearest):
        series.append(Series(name=t["other_models"], values=tuple(others), tone=TONES[OWN]))
    return Chart(
        kind="bars", id="cost", title=t["cost_by_model"], description=t["cost_by_model_text"], unit="dollars",
        x=tuple(times), series=tuple(series), links=_links(times, end, look) if series else (), empty=t["cost_empty"],
        tz=look.shown.tz,
    )  # fmt: skip


def _links(times: Sequence[float], end: float, look: Look) -> tuple[str, ...]:
    """Each bar to its calls, the dearest first."""
    return tuple(
        look.to("/calls", start_time=f"{first:.0f}", end_time=f"{max(last, first + 1):.0f}", sort="cost")
        for first, last in pairwise([*times, end])
    )

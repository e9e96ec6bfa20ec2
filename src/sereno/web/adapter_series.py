"""What versions did in live traffic, hour by hour, as charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sereno.store.ledger.lora_figures import Figure
from sereno.web.charts import Chart, Series, Unit
from sereno.web.loss_curves import TONES

MEASURES: tuple[tuple[str, Unit], ...] = (
    ("latency_p95_seconds", "seconds"),
    ("tokens_per_second", "tokens_per_second"),
    ("error_rate", "ratio"),
    ("requests", "count"),
)
"""Figures that are drawn, and their units."""


def adapter_charts(versions: Sequence[tuple[str, Sequence[Figure]]], t: Mapping[str, str], tz: str) -> dict[str, Chart]:
    """One chart a figure, a line a version.

    Args:
        versions: and their figures, in the order of their colours.
        t: texts of the reader's language.
        tz: zone of the reader.
    """
    return {name: _chart(name, unit, versions, t, tz) for name, unit in MEASURES}


def _chart(
    name: str, unit: Unit, versions: Sequence[tuple[str, Sequence[Figure]]], t: Mapping[str, str], tz: str
) -> Chart:
    by_version = [(v, {f.at: f.value for f in figures if f.metric == name}) for v, figures in versions]
    x = sorted({moment for _, values in by_version for moment in values})
    return Chart(
        kind="lines",
        id=f"lora-{name.replace('_', '-')}",
        title=t[f"lora_{name}"],
        description=t["lora_hourly"],
        unit=unit,
        x=tuple(x),
        series=tuple(
            Series(name=version, values=tuple(values.get(moment) for moment in x), tone=tone)
            for (version, values), tone in zip(by_version, TONES, strict=False)
            if values
        ),
        empty=t["lora_no_traffic"],
        tz=tz,
    )

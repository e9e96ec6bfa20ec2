"""Figures of a page as frames: what `sereno.explain` reads, and what a browser sends to have them explained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sereno.web.charts import Chart, Unit

UNITS: Mapping[Unit, str] = {
    "seconds": "s",
    "count": "short",
    "per_second": "reqps",
    "dollars": "currencyUSD",
    "ratio": "percentunit",
    "bytes": "bytes",
    "tokens": "short",
    "tokens_per_second": "tokens/s",
}
"""Units of figures as Grafana names them."""
_LEAST = 2


def document(
    charts: Sequence[Chart], *, title: str, now: float, events: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """Figures as one chart in the form of `sereno.explain.frame`.

    An interval that is not over yet is left out: half an hour's calls beside whole hours would look like a fall.

    Args:
        charts: at least one, in one time zone. Names are told apart by the titles where there are several.
        title: of the whole.
        now: epoch seconds.
        events: what happened beside them: `{"at": milliseconds, "kind", "title"}`.
    """
    many = len(charts) > 1
    times = [at for chart in charts for at in chart.times]
    over_time = [chart for chart in charts if chart.times]
    levels = (over_time or charts)[0].thresholds if len(over_time) <= 1 else ()  # those of one would hold for all
    shown = {"range": {"from": 1000 * min(times), "to": 1000 * max(times)}} if times else {}
    return {
        "frames": [_frame(chart, now, f"{chart.title}: " if many else "") for chart in charts],
        "title": title,
        "tz": charts[0].tz,
        "thresholds": [{"value": level.value, "name": level.name} for level in levels],
        "events": [dict(event) for event in events],
        **shown,
    }


def _frame(chart: Chart, now: float, prefix: str) -> dict[str, Any]:
    count = len(chart.x) if chart.instants or not chart.times else finished(chart.times, now)
    if not any(value is not None for series in chart.series for value in series.values[:count]):
        count = len(chart.x)  # the first interval of all: better a part of it than nothing
    position: dict[str, Any] = (
        {"name": "time", "type": "time", "values": [1000 * at for at in chart.times[:count]]}
        if chart.times
        else {"name": "name", "type": "string", "values": list(chart.x)}
    )
    numbers = [
        {
            "name": series.name if series.name == chart.title else prefix + series.name,
            "type": "number",
            "unit": UNITS[chart.unit],
            "values": list(series.values[:count]),
        }
        for series in chart.series
        if any(value is not None for value in series.values[:count])
    ]
    return {"name": chart.title, "fields": [position, *numbers]}


def finished(times: Sequence[float], now: float) -> int:
    """How many intervals are over, taking the last as long as the one before it.

    >>> finished([0.0, 60.0, 120.0], 150.0), finished([0.0, 60.0, 120.0], 180.0), finished([0.0], 10.0)
    (2, 3, 1)
    """
    if len(times) < _LEAST:
        return len(times)
    return len(times) - (times[-1] + (times[-1] - times[-2]) > now >= times[-1])

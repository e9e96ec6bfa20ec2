"""Series of an answer as charts: moments as epoch seconds, counts as lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

from sereno.query.aggregations import IntervalFigures
from sereno.web.charts import Chart, Series, Tone
from sereno.web.shown import Shown


def moments(points: Sequence[IntervalFigures]) -> tuple[float, ...]:
    """Starts of the intervals in epoch seconds."""
    return tuple(datetime.fromisoformat(point.time).timestamp() for point in points)


def links(points: Sequence[IntervalFigures], to: Callable[..., str], end: float, **more: str | None) -> tuple[str, ...]:
    """For each interval the list of its calls."""
    at = [*moments(points), end]
    return tuple(
        to("/calls", start_time=f"{first:.0f}", end_time=f"{max(last, first + 1):.0f}", **more)
        for first, last in pairwise(at)
    )


def usual_charts(
    points: Sequence[IntervalFigures], t: Mapping[str, str], shown: Shown, where: tuple[str, ...]
) -> dict[str, Chart]:
    """The charts of a set of calls over time: calls by outcome, latency, tokens, cost.

    Args:
        points: the intervals, in order.
        t: texts of the reader's language.
        shown: formats of the reader.
        where: for each interval the address it leads to.
    """
    x = moments(points)

    def chart(name: str, kind: str, unit: str, *series: Series) -> Chart:
        return Chart(
            kind=kind, id=name, title=t[f"{name}_time"], description=t[f"{name}_time_text"], unit=unit, x=x,  # type: ignore[arg-type]  # checked by Chart
            series=series, links=where, tz=shown.tz,
        )  # fmt: skip

    priced = any(point.cost for point in points)

    def line(name: str, tone: Tone, value: Callable[[IntervalFigures], float | None]) -> Series:
        return Series(name=name, values=tuple(value(point) for point in points), tone=tone)

    return {
        "calls": chart(
            "calls", "bars", "count",
            line(t["success"], "s1", lambda p: p.success),
            line(t["error"], "bad", lambda p: p.error),
            line(t["aborted"], "s5", lambda p: p.aborted),
        ),
        "latency": chart(
            "latency", "lines", "seconds",
            line("p50", "s1", lambda p: p.latency_p50),
            line("p95", "s2", lambda p: p.latency_p95),
            line(t["ttft_p95"], "s3", lambda p: p.ttft_p95),
        ),
        "tokens": chart(
            "tokens", "stacked", "tokens",
            line(t["input_tokens"], "s7", lambda p: p.input_tokens),
            line(t["output_tokens"], "s1", lambda p: p.output_tokens),
        ),
        "cost": chart("cost", "bars", "dollars", line(t["cost"], "s2", lambda p: p.cost if priced else None)),
    }  # fmt: skip

"""When it runs out: a trend that goes towards a limit, and the time left."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from sereno.explain.detect.trend import ALPHA, CONFIDENCE
from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import numbers
from sereno.explain.frame import Threshold
from sereno.explain.subject import Subject

FULL = {"percent": 100.0, "percentunit": 1.0}
"""Limits that a unit has by itself."""
FARTHEST = 5.0
"""A limit that is farther away than this many times the range shown is not spoken of."""


def capacity(subject: Subject) -> Iterator[Fact]:
    """Tell each limit that the trend reaches.

    `limit`, `current` (of the trend's line at the end), `remaining` in seconds with interval (from that of the slope;
    no upper end where the slope's interval holds 0); times `exhausted`, `earliest`, `latest`. Only for a trend that is
    significant and not made of steps, before the limit is reached.
    """
    anatomy = subject.anatomy
    if anatomy is None or anatomy.trend.p_value >= ALPHA or anatomy.stepped:
        return
    line, prepared = anatomy.trend, subject.prepared
    end, span = float(prepared.times[-1]), prepared.span
    current = line.intercept + line.slope * span
    limits = [
        threshold
        for threshold in subject.chart.thresholds
        if isfinite(threshold.value) and threshold.above == (line.slope > 0)
    ]
    full = FULL.get(subject.unit)
    if full is not None and line.slope > 0 and not any(limit.value == full for limit in limits):
        limits.append(Threshold(full))
    for limit in limits:
        room = limit.value - current
        if line.slope == 0.0 or room / line.slope <= 0.0 or (limit.value - float(prepared.values[-1])) * room <= 0.0:
            continue
        remaining = room / line.slope
        if remaining > FARTHEST * span:
            continue
        ends = [room / slope for slope in (line.low, line.high) if slope * line.slope > 0.0]
        low = min(ends)
        high = max(ends) if len(ends) == 2 else float("inf")
        times = [Time("exhausted", end + remaining), Time("earliest", end + low)]
        if high != float("inf"):
            times.append(Time("latest", end + high))
        yield Fact(
            id="",
            kind="capacity",
            series=(subject.name,),
            direction="up" if line.slope > 0 else "down",
            numbers=numbers(
                Number("limit", limit.value, subject.unit),
                Number("current", current, subject.unit),
                Number("remaining", remaining, "s", low, high if high != float("inf") else None),
            ),
            times=tuple(times),
            start=end,
            end=end + remaining,
            p_value=line.p_value,
            confidence=CONFIDENCE,
            weight=1.0 / (1.0 + remaining / span),
            label=limit.name,
        )

"""Where points are missing: between the usual distance of points, at the ends of the range, as nulls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.fact import Fact, Time
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject

FACTOR = 3.0
"""A distance of this many usual steps is a gap, in a series whose points are otherwise regular."""
MOST = 10
FEWEST = 8


def gaps(subject: Subject) -> Iterator[Fact]:
    """Tell the longest gaps, in order of time.

    `duration`, `count` (points that should have been there), `gaps` (how many the series has); times `start` (the last
    point before) and `end` (the first after). Note `trailing`: the points end before the range does; `leading`: they
    begin after it. Irregular series (whose usual distances differ much) have gaps only beyond the longest ordinary one.
    """
    prepared = subject.prepared
    times = prepared.times
    if len(times) < FEWEST:
        return
    distances, step = np.diff(times), prepared.step
    longest = float(distances.max())
    # Where no distance is far from the usual one, the limit is that of the usual one whatever the quantile is.
    ordinary = longest if 2.0 * longest <= FACTOR * step else float(np.quantile(distances, 0.9))
    limit = max(FACTOR * step, 2.0 * ordinary) * (1 - 1e-9)
    holes = [(float(times[i]), float(times[i + 1]), "") for i in np.flatnonzero(distances >= limit)]
    start, end = subject.chart.start, subject.chart.end
    if start is not None and times[0] - start >= 2 * limit:
        holes.insert(0, (start, float(times[0]), "leading"))
    if end is not None and min(end, subject.now) - times[-1] >= 2 * limit:
        holes.append((float(times[-1]), min(end, subject.now), "trailing"))
    told = sorted(holes, key=lambda hole: hole[0] - hole[1])[:MOST]
    span = max(prepared.span, step)
    for left, right, note in sorted(told):
        yield Fact(
            id="",
            kind="gap",
            series=(subject.name,),
            numbers=numbers(
                seconds("duration", right - left),
                count("count", max(1, round((right - left) / step) - 1)),
                count("gaps", len(holes)),
            ),
            times=(Time("start", left), Time("end", right)),
            start=left,
            end=right,
            weight=float(min(1.0, 0.2 + 4 * (right - left) / (span + right - left))),
            note=note,
        )

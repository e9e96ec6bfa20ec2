"""Lines of the chart that mean something: when they were crossed, for how long, and where the series stands now."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject


def thresholds(subject: Subject) -> Iterator[Fact]:
    """Tell each threshold that the series was beyond, and those that it never was.

    `threshold`, `count` (of stretches beyond it), `duration` (seconds beyond it in all, from the first point beyond to
    the next point within), `share` (percent of the points), `peak_value`, `last`; times `start` and `end` of the first
    stretch, `last_start`, `peak`. Notes: `beyond` (still is), `returned`, `never`.
    """
    values, times, unit = subject.prepared.values, subject.prepared.times, subject.unit
    if len(values) == 0:
        return
    for line in subject.chart.thresholds:
        if not np.isfinite(line.value):
            continue
        bad = values > line.value if line.above else values < line.value
        edges = np.diff(bad.astype(np.int8), prepend=0, append=0)
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        if len(starts) == 0:
            yield Fact(
                id="",
                kind="threshold",
                series=(subject.name,),
                numbers=numbers(Number("threshold", line.value, unit), Number("last", float(values[-1]), unit)),
                start=float(times[0]),
                end=float(times[-1]),
                weight=0.0,
                note="never",
                label=line.name,
            )
            continue
        peak = int(np.argmax(np.where(bad, values if line.above else -values, -np.inf)))
        # A point within is known from its own time on: until then the series is taken to have been beyond.
        until = times[np.minimum(ends, len(times) - 1)]
        still = bool(bad[-1])
        yield Fact(
            id="",
            kind="threshold",
            series=(subject.name,),
            direction="up" if line.above else "down",
            numbers=numbers(
                Number("threshold", line.value, unit),
                count("count", len(starts)),
                seconds("duration", float((until - times[starts]).sum())),
                Number("share", 100.0 * float(np.count_nonzero(bad)) / len(values), "percent"),
                Number("peak_value", float(values[peak]), unit),
                Number("last", float(values[-1]), unit),
            ),
            times=(
                Time("start", float(times[starts[0]])),
                Time("end", float(until[0])),
                Time("last_start", float(times[starts[-1]])),
                Time("peak", float(times[peak])),
            ),
            start=float(times[starts[0]]),
            end=float(until[-1]),
            weight=1.0 if still else 0.7,
            note="beyond" if still else "returned",
            label=line.name,
        )

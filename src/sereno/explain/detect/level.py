"""How high: mean, median, where it is now. All figures are exact over all points."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers
from sereno.explain.subject import LARGEST, Subject

FEWEST_FOR_TAIL = 20


def level(subject: Subject) -> Iterator[Fact]:
    """`mean`, `median`, `p95` (of 20 points or more), `last`, `count`; time `last`."""
    values, times, unit = subject.prepared.values, subject.prepared.times, subject.unit
    if len(values) == 0:
        return
    middle, high = (float(q) for q in np.percentile(values, [50, 95]))
    lowest, highest = float(values.min()), float(values.max())
    scale = max(abs(lowest), abs(highest))
    # The sum of great values may be infinite.
    mean = float(values.mean()) if scale <= LARGEST else float((values / scale).mean()) * scale
    yield Fact(
        id="",
        kind="level",
        series=(subject.name,),
        numbers=numbers(
            Number("mean", min(max(mean, lowest), highest), unit),
            Number("median", middle, unit),
            Number("p95", high, unit) if len(values) >= FEWEST_FOR_TAIL else None,
            Number("last", float(values[-1]), unit),
            count("count", len(values)),
        ),
        times=(Time("last", float(times[-1])),),
        start=float(times[0]),
        end=float(times[-1]),
        weight=0.5,
    )

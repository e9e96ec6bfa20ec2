"""Where a living series stands still: the same value to the last digit for far longer than it ever does."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject


def flats(subject: Subject) -> Iterator[Fact]:
    """Tell stretches without any change (`sereno.stats.stills`).

    `value`, `duration`, `count` (points), `share` (percent of the points); times `start`, `end`.
    """
    values, times = subject.prepared.values, subject.prepared.times
    for left, right, p_value in subject.prepared.stills:
        length = right - left + 1
        yield Fact(
            id="",
            kind="flat",
            series=(subject.name,),
            direction="flat",
            numbers=numbers(
                Number("value", float(values[left]), subject.unit),
                seconds("duration", float(times[right] - times[left])),
                count("count", length),
                Number("share", 100.0 * length / len(values), "percent"),
            ),
            times=(Time("start", float(times[left])), Time("end", float(times[right]))),
            start=float(times[left]),
            end=float(times[right]),
            p_value=p_value,
            weight=min(1.0, 0.3 + length / len(values)),
        )

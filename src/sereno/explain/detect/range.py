"""How far: the lowest and the highest value, and when."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import numbers
from sereno.explain.subject import Subject


def value_range(subject: Subject) -> Iterator[Fact]:
    """`min`, `max`, `difference`; times `min` and `max` (the first of equals)."""
    values, times, unit = subject.prepared.values, subject.prepared.times, subject.unit
    if len(values) < 2 or subject.prepared.constant:
        return
    low, high = int(values.argmin()), int(values.argmax())
    yield Fact(
        id="",
        kind="range",
        series=(subject.name,),
        numbers=numbers(
            Number("min", float(values[low]), unit),
            Number("max", float(values[high]), unit),
            Number("difference", float(values[high] - values[low]), unit),
        ),
        times=(Time("min", float(times[low])), Time("max", float(times[high]))),
        start=float(times[0]),
        end=float(times[-1]),
        weight=0.4,
    )

"""Now and before: the last hour, day or week against the one before and the same one earlier; any two periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sereno.explain.fact import Direction, Fact, Number, Time
from sereno.explain.figures import DAY, HOUR, WEEK, numbers, percent
from sereno.explain.prepared import Prepared
from sereno.explain.subject import Subject, in_range
from sereno.stats.periods import difference_of

ALPHA = 0.01
CONFIDENCE = 0.95
COVERED = 0.8
"""Share of a period that its points must span."""


class Period(NamedTuple):
    """From start to end, epoch seconds; the end is not part of it."""

    start: float
    end: float

    def moved(self, seconds: float) -> Period:
        """The same, so much earlier."""
        return Period(self.start - seconds, self.end - seconds)


USUAL = (
    ("previous_hour", HOUR, HOUR),
    ("same_hour_yesterday", HOUR, DAY),
    ("same_hour_last_week", HOUR, WEEK),
    ("previous_day", DAY, DAY),
    ("same_day_last_week", DAY, WEEK),
    ("previous_week", WEEK, WEEK),
)
"""Note, length and how much earlier."""


def comparisons(subject: Subject) -> Iterator[Fact]:
    """Tell each usual comparison that the data covers, and the later half of the range against the first (`halves`)."""
    prepared = subject.prepared
    if len(prepared.times) < 2 or not in_range(prepared):
        return
    end = float(np.nextafter(prepared.times[-1], np.inf))
    for note, length, earlier in USUAL:
        current = Period(end - length, end)
        fact = compared(prepared, current, current.moved(earlier), note=note)
        if fact is not None:
            yield fact
    middle = (float(prepared.times[0]) + end) / 2
    fact = compared(prepared, Period(middle, end), Period(float(prepared.times[0]), middle), note="halves")
    if fact is not None:
        yield fact


def compared(prepared: Prepared, current: Period, previous: Period, *, note: str = "periods") -> Fact | None:
    """One period of a series against another: `current`, `previous` (means), `change` with interval, `change_percent`.

    Direction `flat` says that the difference may be chance (p ≥ 0.01). None where a period has fewer than three
    points, or they span less than 80 % of it.
    """
    now, before = _within(prepared, current), _within(prepared, previous)
    if now is None or before is None:
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        found = difference_of(before, now, confidence=CONFIDENCE)
    if found is None or not np.isfinite(found.difference):
        return None
    direction: Direction = "flat"
    if found.p_value < ALPHA and found.difference != 0.0:
        direction = "up" if found.difference > 0 else "down"
    base = abs(found.first) + abs(found.second)
    return Fact(
        id="",
        kind="comparison",
        series=(prepared.name,),
        direction=direction,
        numbers=numbers(
            Number("current", found.second, prepared.unit),
            Number("previous", found.first, prepared.unit),
            Number("change", found.difference, prepared.unit, found.low, found.high),
            percent("change_percent", found.difference, found.first, found.low, found.high),
        ),
        times=(
            Time("start", current.start),
            Time("end", current.end),
            Time("previous_start", previous.start),
            Time("previous_end", previous.end),
        ),
        start=min(current.start, previous.start),
        end=max(current.end, previous.end),
        p_value=found.p_value,
        confidence=CONFIDENCE,
        weight=0.0 if direction == "flat" else min(1.0, 3 * abs(found.difference) / base if base else 1.0),
        note=note,
    )


def _within(prepared: Prepared, period: Period) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]] | None:
    first, last = np.searchsorted(prepared.times, [period.start, period.end])
    if last - first < 3:
        return None
    spanned = float(prepared.times[last - 1] - prepared.times[first]) + prepared.step
    return prepared.values[first:last] if spanned >= COVERED * (period.end - period.start) else None

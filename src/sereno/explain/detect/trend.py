"""Where it goes: Sen's slope with its interval, or that there is no trend."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.anatomy import FEWEST
from sereno.explain.fact import Fact, Number
from sereno.explain.figures import DAY, HOUR, MINUTE, MONTH, WEEK, YEAR, numbers, percent
from sereno.explain.subject import Subject, in_range
from sereno.stats.robust import spread

ALPHA = 0.0001
CONFIDENCE = 0.95
RATES = (
    ("slope_per_second", 1.0),
    ("slope_per_minute", MINUTE),
    ("slope_per_hour", HOUR),
    ("slope_per_day", DAY),
    ("slope_per_week", WEEK),
    ("slope_per_month", MONTH),
    ("slope_per_year", YEAR),
)


def trend(subject: Subject) -> Iterator[Fact]:
    """Tell `start_value`, `end_value` (of the line), `change`, `change_percent`, slopes per time that fits the range.

    Direction `flat` says that no trend was found; its `change` is what was measured, its interval tells what cannot be
    excluded. Note `stepped`: levels describe the series better than the line. A constant series has no trend either.
    """
    anatomy, prepared = subject.anatomy, subject.prepared
    if anatomy is None:
        if prepared.constant and len(prepared.values) >= FEWEST and in_range(prepared):
            yield _constant(subject)
        return
    line = anatomy.trend
    span = prepared.span
    found = line.p_value < ALPHA
    change, low, high = line.slope * span, line.low * span, line.high * span
    unit = subject.unit
    rates = [(name, size) for name, size in RATES if size <= span * 1.01][-2:] or [RATES[0]]
    rest = spread(anatomy.coarse.means - anatomy.line)
    strength = min(1.0, abs(change) / (abs(change) + 2 * rest)) if found else 0.0
    yield Fact(
        id="",
        kind="trend",
        series=(subject.name,),
        direction=("up" if change > 0 else "down") if found and change != 0 else "flat",
        numbers=numbers(
            Number("start_value", line.intercept, unit),
            Number("end_value", line.intercept + change, unit),
            Number("change", change, unit, low, high),
            percent("change_percent", change, line.intercept, low, high),
            *(Number(name, line.slope * size, unit, line.low * size, line.high * size) for name, size in rates),
        ),
        start=float(prepared.times[0]),
        end=float(prepared.times[-1]),
        p_value=line.p_value,
        confidence=CONFIDENCE,
        weight=strength,
        note="stepped" if found and anatomy.stepped else "",
    )


def _constant(subject: Subject) -> Fact:
    value, times = float(subject.prepared.values[0]), subject.prepared.times
    return Fact(
        id="",
        kind="trend",
        series=(subject.name,),
        direction="flat",
        numbers=numbers(
            Number("start_value", value, subject.unit),
            Number("end_value", value, subject.unit),
            Number("change", 0.0, subject.unit),
            percent("change_percent", 0.0, value),
        ),
        start=float(times[0]),
        end=float(times[-1]),
        weight=0.0,
    )

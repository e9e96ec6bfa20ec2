"""When the level changed: before, after, the difference with its interval."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import numbers, percent, seconds
from sereno.explain.subject import Subject

CONFIDENCE = 0.95


def change_points(subject: Subject) -> Iterator[Fact]:
    """Tell each new level.

    `before` and `after` (means of the stretches on both sides), `change`, `change_percent`, `held` (how long the new
    level lasted, seconds); time `at`. Note `sloped`: the levels are those around the trend's line.
    """
    anatomy = subject.anatomy
    if anatomy is None:
        return
    unit = subject.unit
    for change in anatomy.changes:
        strength = abs(change.difference) / (abs(change.difference) + 2 * anatomy.usual) if anatomy.usual else 1.0
        yield Fact(
            id="",
            kind="change_point",
            series=(subject.name,),
            direction="up" if change.difference > 0 else "down",
            numbers=numbers(
                Number("before", change.before, unit),
                Number("after", change.after, unit),
                Number("change", change.difference, unit, change.low, change.high),
                percent("change_percent", change.difference, change.before),
                seconds("held", change.until - change.at),
            ),
            times=(Time("at", change.at),),
            start=change.at,
            end=change.until,
            p_value=change.p_value,
            confidence=CONFIDENCE,
            weight=float(strength),
            note="sloped" if anatomy.sloped else "",
        )

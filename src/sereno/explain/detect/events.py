"""What happened beside the chart, and what the series did around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sereno.explain.detect.comparisons import ALPHA, CONFIDENCE, Period, compared
from sereno.explain.fact import Direction, Fact, Number, Time
from sereno.explain.figures import numbers, seconds
from sereno.explain.subject import Subject

MOST_EVENTS, MOST_SERIES = 50, 50
NEAR = 0.05
"""A change within this share of the range after an event (and three points before it) is placed beside it."""
KINDS = frozenset({"deploy", "alert", "model", "drift", "other"})


def events(subjects: Sequence[Subject]) -> Iterator[Fact]:
    """Tell each event of the chart's range: alone, and once for each series that changed around it.

    Beside a series: `before`, `after` (means of equal stretches, up to a tenth of the range, on both sides), `change`
    with interval, `change_percent`, and `delay` (seconds from the event to the series' change point or anomaly,
    negative where it came first); times `at`, `change`. The note is the event's kind, the label its title.
    """
    if not subjects:
        return
    chart = subjects[0].chart
    for event in sorted(chart.events, key=lambda event: event.at)[:MOST_EVENTS]:
        if not np.isfinite(event.at):
            continue
        kind = event.kind if event.kind in KINDS else "other"
        moments: tuple[Time, ...] = (Time("at", event.at),)
        until = event.until if event.until is not None and np.isfinite(event.until) else None
        if until is not None:
            moments = (*moments, Time("until", until))
        beside = [fact for subject in subjects[:MOST_SERIES] for fact in _beside(subject, event.at)]
        if not beside:
            yield Fact(
                id="",
                kind="event",
                times=moments,
                start=event.at,
                end=until,
                weight=0.1,
                note=kind,
                label=event.title,
            )
        for fact in beside:
            yield Fact(
                id="",
                kind="event",
                series=fact.series,
                direction=fact.direction,
                numbers=fact.numbers,
                times=(*moments, *fact.times),
                start=event.at,
                end=fact.end,
                p_value=fact.p_value,
                confidence=fact.confidence,
                weight=fact.weight,
                note=kind,
                label=event.title,
            )


def _beside(subject: Subject, at: float) -> Iterator[Fact]:
    anatomy, prepared = subject.anatomy, subject.prepared
    if anatomy is None or not prepared.times[0] < at < prepared.times[-1]:
        return
    near, early = max(NEAR * prepared.span, 3 * prepared.step), 3 * prepared.step
    turns = [change.at for change in anatomy.changes] + [float(prepared.times[odd.first]) for odd in anatomy.oddities]
    turns = [turn for turn in turns if -early <= turn - at <= near]
    width = min(prepared.span / 10, at - float(prepared.times[0]), float(prepared.times[-1]) - at)
    found = compared(prepared, Period(at, at + width), Period(at - width, at)) if width > 0 else None
    moved = found is not None and found.direction != "flat" and (found.p_value or 0.0) < ALPHA / 10
    if not turns and not moved:
        return
    told: list[Number | None] = []
    direction: Direction | None = None
    if found is not None:
        names = {"current": "after", "previous": "before"}
        told = [Number(names.get(n.name, n.name), n.value, n.unit, n.low, n.high) for n in found.numbers]
        direction = found.direction
    turn = min(turns, key=lambda turn: abs(turn - at), default=None)
    yield Fact(
        id="",
        kind="event",
        series=(subject.name,),
        direction=direction,
        numbers=numbers(*told, None if turn is None else seconds("delay", turn - at)),
        times=() if turn is None else (Time("change", turn),),
        end=at + width,
        p_value=found.p_value if found else None,
        confidence=CONFIDENCE if found else None,
        weight=max(0.5 if turns else 0.0, found.weight if found else 0.0),
    )

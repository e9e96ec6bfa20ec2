"""What does not belong: single points and stretches, with what was expected, by how much, and how rare that is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.anatomy import Oddity
from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers, percent, seconds
from sereno.explain.subject import Subject

MOST = 20
"""Told of one series; of more, the largest (all are counted)."""
CONFIDENCE = 0.95


def anomalies(subject: Subject) -> Iterator[Fact]:
    """Tell points and stretches apart by their note.

    `point`: `value`, `expected`, `difference`, `difference_percent`; time `at`. `collective`: the same, as means over
    the stretch, and `peak_value`, `duration`, `count`; times `start`, `end`, `peak`.

    The interval of `expected` holds 95 % of ordinary values. `anomalies`: how many the series has in all.
    """
    anatomy = subject.anatomy
    if anatomy is None:
        return
    odd = sorted(anatomy.oddities, key=lambda one: (-_size(one), one.first))
    for one in sorted(odd[:MOST], key=lambda one: one.first):
        yield _told(subject, one, len(odd))


def _size(one: Oddity) -> float:
    return abs(one.difference) / one.usual if one.usual > 0 else np.inf


def _told(subject: Subject, one: Oddity, total: int) -> Fact:
    values, times, unit = subject.prepared.values, subject.prepared.times, subject.unit
    stretch = values[one.first : one.last + 1]
    at, until = float(times[one.first]), float(times[one.last])
    single = one.first == one.last
    upwards = one.difference > 0
    peak = one.first + int(stretch.argmax() if upwards else stretch.argmin())
    size = _size(one)
    return Fact(
        id="",
        kind="anomaly",
        series=(subject.name,),
        direction="up" if upwards else "down",
        numbers=numbers(
            Number("value", float(stretch.mean()), unit),
            Number("expected", one.expected, unit, one.low, one.high),
            Number("difference", one.difference, unit),
            percent("difference_percent", one.difference, one.expected),
            None if single else Number("peak_value", float(values[peak]), unit),
            None if single else seconds("duration", until - at),
            None if single else count("count", len(stretch)),
            count("anomalies", total),
        ),
        times=(Time("at", at),)
        if single
        else (Time("start", at), Time("end", until), Time("peak", float(times[peak]))),
        start=at,
        end=until,
        p_value=one.p_value,
        confidence=CONFIDENCE,
        weight=float(min(1.0, size / (size + 6.0))) if np.isfinite(size) else 0.8,
        note="point" if single else "collective",
    )

"""What comes back every hour, day or week: the period, how far it swings, when it is high and low."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.fact import Fact, Number, Time
from sereno.explain.figures import count, numbers, seconds
from sereno.explain.subject import Subject


def seasonality(subject: Subject) -> Iterator[Fact]:
    """Tell each cycle, the strongest first.

    `period`, `amplitude` (highest minus lowest of the cycle), `strength` (percent of the variation), `cycles`; times
    `high` and `low` of the last whole cycle shown.
    """
    anatomy = subject.anatomy
    if anatomy is None:
        return
    for season in anatomy.seasons:
        profile, tick = season.profile, season.period / len(season.profile)
        end = float(subject.prepared.times[-1])
        turn = season.period * np.floor((end - season.origin) / season.period - 1.0) + season.origin
        high, low = profile.argmax(), profile.argmin()
        told = (
            seconds("period", season.period),
            Number("amplitude", float(profile[high] - profile[low]), subject.unit),
            Number("strength", 100.0 * season.strength, "percent"),
            count("cycles", int(season.cycles)),
        )
        yield Fact(
            id="",
            kind="seasonality",
            series=(subject.name,),
            numbers=numbers(*told),
            times=(Time("high", float(turn + tick * high)), Time("low", float(turn + tick * low))),
            start=float(subject.prepared.times[0]),
            end=end,
            p_value=season.p_value,
            weight=season.strength,
        )

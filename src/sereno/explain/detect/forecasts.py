"""What comes next, with an interval as wide as the series' own history of surprises."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from sereno.explain.detect.trend import ALPHA as TREND_ALPHA
from sereno.explain.fact import Direction, Fact, Number, Time
from sereno.explain.figures import numbers, seconds
from sereno.explain.subject import Subject

Floats = NDArray[np.float64]
CONFIDENCE = 0.9
HORIZON = 0.1
"""Of the stretch that is looked at."""
FEWEST = 40
MEMORIES = (1, 3, 9, 27)
BOUNDS = {"percent": (0.0, 100.0), "percentunit": (0.0, 1.0)}


def forecasts(subject: Subject) -> Iterator[Fact]:
    """Tell the value one tenth of the range ahead: `expected` with interval, `last_level`, `horizon` (s); time `at`.

    The level is the median of the last values (as many as served best in hindsight), carried along the trend if there
    is one, with the seasons on top. The interval is the quantile of the absolute errors that the same rule made at
    every earlier point of the series at the same distance (split conformal, Lei et al. 2018), so that it holds what it
    says for series that go on as they were. Only what follows the last change of level is looked at.
    """
    anatomy = subject.anatomy
    if anatomy is None:
        return
    grid = anatomy.coarse
    first = anatomy.latest_level
    if len(grid.means) - first < FEWEST:
        return
    values = grid.means[first:]
    slope = 0.0
    if anatomy.trend.p_value < TREND_ALPHA and not anatomy.stepped:
        slope = anatomy.trend.slope * grid.width
    ahead = max(1, round(HORIZON * len(values)))
    level, width = min((_tried(values, memory, ahead, slope) for memory in MEMORIES), key=lambda tried: tried[1])
    last = float(subject.prepared.times[-1])
    at = _reading(last, float(grid.times[-1]) + ahead * grid.width, subject.prepared.step)
    season = float(sum(season.at(np.array([at]))[0] for season in anatomy.seasons))
    expected = level + slope * ahead + season
    low, high = expected - width, expected + width
    lowest, highest = BOUNDS.get(subject.unit, (-np.inf, np.inf))
    values_all = subject.prepared.values
    if float(values_all.min()) >= 0.0:  # what was never negative is not forecast to be
        lowest = max(lowest, 0.0)
    if float(values_all.max()) > highest:
        highest = np.inf
    yield Fact(
        id="",
        kind="forecast",
        series=(subject.name,),
        direction=_direction(slope * ahead),
        numbers=numbers(
            Number(
                "expected",
                float(np.clip(expected, lowest, highest)),
                subject.unit,
                float(np.clip(low, lowest, highest)),
                float(np.clip(high, lowest, highest)),
            ),
            Number("last_level", level, subject.unit),
            seconds("horizon", at - last),
        ),
        times=(Time("at", at),),
        start=last,
        end=at,
        confidence=CONFIDENCE,
        weight=0.6 if slope else 0.3,
    )


def _reading(last: float, at: float, step: float) -> float:
    """The reading that comes nearest to a moment: of daily values a day is told, not a second of it.

    >>> _reading(864_000.0, 1_000_000.0, 86_400.0)
    1036800.0
    """
    return last + max(1, round((at - last) / step)) * step if step > 0 else at


def _direction(change: float) -> Direction:
    return "flat" if change == 0 else "up" if change > 0 else "down"


def _tried(values: Floats, memory: int, ahead: int, slope: float) -> tuple[float, float]:
    """The level by the median of the last `memory` values, and the quantile of the errors that this rule made."""
    half = memory // 2
    levels = np.partition(sliding_window_view(values, memory), half, axis=1)[:, half] if half else values
    errors = np.sort(np.abs(values[memory - 1 + ahead :] - levels[: len(levels) - ahead] - slope * ahead))
    rank = min(len(errors), int(np.ceil((len(errors) + 1) * CONFIDENCE)))
    return float(levels[-1]), float(errors[rank - 1])

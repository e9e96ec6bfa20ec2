"""Intervals of a time series: which there are, so that those without a call are shown as empty.

Intervals shorter than a day begin at whole multiples of their length since the Unix epoch; days begin at
midnight in a time zone, so a day may have 23 or 25 hours.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sereno.conventions import INTERVALS
from sereno.errors import QueryError

MOST = 2000
"""Intervals in one answer at most."""
DAY = 86400.0


def floor(at: float, seconds: float, tz: str) -> float:
    """Start of the interval that holds a moment.

    >>> floor(90_061.0, 3600.0, "UTC"), floor(90_061.0, 86400.0, "UTC")
    (90000.0, 86400.0)
    """
    if seconds < DAY:
        return at // seconds * seconds
    return _midnight(datetime.fromtimestamp(at, ZoneInfo(tz))).timestamp()


def starts(first: float, end: float, seconds: float, tz: str) -> Iterator[float]:
    """Starts of all intervals from the one that holds `first` to the last that begins before `end`."""
    if seconds < DAY:
        at = first // seconds * seconds
        while at < end:
            yield at
            at += seconds
        return
    day = _midnight(datetime.fromtimestamp(first, ZoneInfo(tz)))
    told = float("-inf")
    while (at := day.timestamp()) < end:
        if at > told:  # a day that a country skipped, to cross the date line, begins where the next one does
            yield at
            told = at
        day = _midnight(day + timedelta(hours=36))  # wall time: lands in the next day whatever the clocks do


def choose(asked: str | None, span: float) -> str:
    """The interval to use over a span of seconds.

    Args:
        asked: what was asked for; None chooses 1h, or the next longer one that fits.
        span: seconds between the first and the last moment.

    Raises:
        QueryError: what was asked for would give more than `MOST` intervals.
    """
    fitting = [name for name, seconds in INTERVALS.items() if span / seconds <= MOST]
    if asked is None:
        return next((name for name in fitting if INTERVALS[name] >= INTERVALS["1h"]), "1d")
    if asked not in fitting:
        count = int(span / INTERVALS[asked]) + 1
        raise QueryError(
            "interval",
            f"`interval` {asked} would give {count} intervals, more than {MOST}.",
            f"{fitting[0]} or longer, or a shorter span of time"
            if fitting
            else f"a span of at most {MOST} days between `start_time` and `end_time`",
        )
    return asked


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

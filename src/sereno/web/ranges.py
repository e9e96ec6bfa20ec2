"""The range of time a page shows: a choice of usual ones, or any two bounds; always in the address."""

from __future__ import annotations

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.fields import FILTERS

TIMES = tuple(field for field in FILTERS if field.name in ("start_time", "end_time"))
USUAL = ("1h", "6h", "24h", "7d", "30d")
ALL = "all"
_STEPS = ((2 * 3600, "1m"), (12 * 3600, "5m"), (36 * 3600, "15m"), (8 * 86400, "1h"), (45 * 86400, "6h"))
"""Longest span in seconds that is drawn with this interval: some 60 to 190 points."""


class Choice(msgspec.Struct, frozen=True):
    """One entry of the control: its name in `USUAL`, and whether it is in force."""

    name: str
    current: bool


def choices(start: str, end: str, usual: str | None) -> list[Choice]:
    """The control's entries; none is current where other bounds are given. Where nothing is usual, all of time is one.

    >>> [c.name for c in choices("", "", "24h") if c.current], [c.name for c in choices("3h", "", "24h") if c.current]
    (['24h'], [])
    """
    current = "" if end else start or usual or ALL
    return [Choice(name, name == current) for name in (USUAL if usual else (*USUAL, ALL))]


def aligned(start: float, now: float) -> float:
    """Start of the interval in which a range back from now begins, so that its first interval is whole.

    A range such as "30 days" has no exact instant at which it must begin; whole intervals draw without a stump at the
    left and come from roll-ups alone.

    >>> aligned(90_001.0 - 3600, 90_001.0), aligned(90_001.0 - 86400, 90_001.0)
    (86400.0, 3600.0)
    """
    seconds = INTERVALS[interval_for(now - start)]
    return start // seconds * seconds


def interval_for(seconds: float) -> str:
    """Name of the interval in which a span of time is drawn.

    >>> interval_for(3600), interval_for(86400), interval_for(30 * 86400), interval_for(400 * 86400)
    ('1m', '15m', '6h', '1d')
    """
    for longest, name in _STEPS:
        if seconds <= longest:
            return name
    return "1d"

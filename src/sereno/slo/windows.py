"""Burn windows: when an error budget burns fast enough to tell somebody.

The table is that of the SRE workbook, chapter 5, "Alerting on SLOs", table 5-8 (Google, 2018): an alert fires when so
much of the period's budget goes in the long window, and still goes in the short one, a twelfth of it.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

Severity = Literal["page", "ticket"]
HOUR = 3600
DAY = 24 * HOUR


class Row(NamedTuple):
    """One row of the table."""

    severity: Severity
    budget: Fraction
    """Share of the period's budget that is gone when it fires."""
    long: int
    """Seconds."""
    short: int
    """Seconds."""


WORKBOOK = (
    Row("page", Fraction(2, 100), HOUR, HOUR // 12),
    Row("page", Fraction(5, 100), 6 * HOUR, HOUR // 2),
    Row("ticket", Fraction(10, 100), DAY, 2 * HOUR),
    Row("ticket", Fraction(10, 100), 3 * DAY, 6 * HOUR),
)
FOR: dict[Severity, int] = {"page": 120, "ticket": 900}
"""Seconds that a condition holds before it tells anybody: one bad evaluation is not enough."""
WINDOWS = tuple(sorted({seconds for row in WORKBOOK for seconds in (row.short, row.long)}))
"""Every window for which the error is recorded, in seconds."""
PERIODS = (28 * DAY, 92 * DAY)
"""Least and greatest period: below four weeks the slow pair's factor falls under 0.93 and tells of burns that fit."""


class Pair(NamedTuple):
    """A pair of windows and the burn rate at which it fires."""

    severity: Severity
    long: int
    short: int
    factor: Fraction


@lru_cache(maxsize=128)
def pairs(period: int) -> tuple[Pair, ...]:
    """The window pairs of a period: factor = share of the budget × period / long window.

    >>> [float(pair.factor) for pair in pairs(30 * DAY)]
    [14.4, 6.0, 3.0, 1.0]

    Raises:
        ValueError: no window fits the period.
    """
    least, greatest = PERIODS
    if not least <= period <= greatest:
        raise ValueError(
            f"no alert window fits a period of {period / DAY:g} days; expected {least // DAY}d to {greatest // DAY}d"
        )
    return tuple(Pair(row.severity, row.long, row.short, row.budget * period / row.long) for row in WORKBOOK)

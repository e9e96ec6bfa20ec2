"""What this month will cost if it goes on as the last weeks went: said only where a whole week is there to go by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

WEEK = 7
MOST_WEEKS = 4
DAY = 86400.0


class Month(msgspec.Struct, frozen=True):
    """A calendar month: from `start` to before `end`, epoch seconds."""

    start: float
    end: float


class Projection(msgspec.Struct, frozen=True, kw_only=True):
    """The month that runs, in US dollars, over the calls of known price.

    Attributes:
        spent: so far.
        per_day: mean of the last `weeks` whole weeks before today.
        expected: spent, and the mean for every day that is left.
        low, high: the same with the cheapest and the dearest of those weeks; null where there is only one.
        ends_at: end of the month, epoch seconds.
    """

    spent: float
    per_day: float
    weeks: int
    expected: float
    low: float | None
    high: float | None
    ends_at: float


def month_of(now: float, tz: str) -> Month:
    """The month that holds a moment, in a time zone.

    >>> month_of(1_700_000_000.0, "UTC")  # 2023-11-14
    Month(start=1698796800.0, end=1701388800.0)
    """
    first = _midnight(datetime.fromtimestamp(now, ZoneInfo(tz))).replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Month(first.timestamp(), following.timestamp())


def days_before(now: float, tz: str) -> list[float]:
    """Starts of the days that a projection goes by, ascending: four weeks, and the whole month; the last is today."""
    today = _midnight(datetime.fromtimestamp(now, ZoneInfo(tz)))
    count = max(MOST_WEEKS * WEEK, today.day - 1)
    return [_midnight(today - timedelta(days=back)).timestamp() for back in range(count, -1, -1)]


def projection(now: float, month: Month, days: Sequence[tuple[float, float | None]]) -> Projection | None:
    """The projection; None without a whole week since the first day that is known, or before anything was priced.

    Weeks are whole, so that weekdays and weekends weigh as they do.

    Args:
        now: epoch seconds.
        month: the one that runs.
        days: (start of the day, cost) of every day up to today, ascending; None where nothing is known of the day.
    """
    known = [(at, cost) for at, cost in days if cost is not None]
    if not known:
        return None
    since = known[0][0]
    whole = [
        cost or 0.0 for at, cost in days[:-1] if at >= since
    ]  # a day without calls inside the record costs nothing
    weeks = min(MOST_WEEKS, len(whole) // WEEK)
    if not weeks:
        return None
    last = whole[-weeks * WEEK :]
    sums = [sum(last[i : i + WEEK]) for i in range(0, len(last), WEEK)]
    spent = sum(cost for at, cost in known if at >= month.start)
    left = max(0.0, month.end - now) / DAY
    several = weeks > 1
    return Projection(
        spent=spent,
        per_day=sum(last) / len(last),
        weeks=weeks,
        expected=spent + sum(last) / len(last) * left,
        low=spent + min(sums) / WEEK * left if several else None,
        high=spent + max(sums) / WEEK * left if several else None,
        ends_at=month.end,
    )


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)

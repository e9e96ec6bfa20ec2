"""Intervals: which stretch of time a call belongs to, as an SQL expression, and which roll-ups can answer it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import msgspec

from sereno.errors import QueryError
from sereno.metrics.rollups import DAY, HOUR, MINUTE

QUARTER = 900
"""Every time zone's offset is a whole number of quarters of an hour since 1972."""


class Buckets(msgspec.Struct, frozen=True):
    """How time is cut.

    Attributes:
        seconds: length, None for no cutting.
        cell: the longest roll-up cell that never lies across a border.
        start_of: start of the interval that holds a time; None where plain arithmetic does.
        borders: hours of the UTC day, in seconds after midnight, within which an interval may begin: in zones that are
            half or a quarter of an hour off. Of all other hours whole cells do.
    """

    seconds: int | None
    cell: int
    start_of: Callable[[int], int] | None = None
    borders: frozenset[int] = frozenset()

    def expression(self, whole: str) -> str:
        """SQL for the start of the interval of a time, of which SQL for its whole epoch seconds is given."""
        if self.seconds is None:
            return "NULL"
        if self.start_of is not None:
            return f"{whole} / {QUARTER} * {QUARTER}"  # quarters are put into days afterwards
        return f"{whole} / {self.seconds} * {self.seconds}"

    def place(self, at: int | None) -> int | None:
        """The interval of what `expression` gave."""
        return at if at is None or self.start_of is None else self.start_of(at)


def buckets(interval: float | None, tz: str) -> Buckets:
    """How an aggregate's interval and time zone cut time.

    Raises:
        QueryError: the interval is no whole number of seconds, or the zone is unknown.
    """
    if interval is None:
        return Buckets(None, DAY)
    seconds = int(interval)
    if seconds != interval or seconds <= 0:
        raise QueryError("interval", f"An interval of {interval} s cannot be counted.", "whole seconds, at least 1")
    if seconds % DAY == 0 and tz != "UTC":
        return _local_days(seconds, tz)
    return Buckets(seconds, next((cell for cell in (DAY, HOUR, MINUTE) if seconds % cell == 0), 0))


def _local_days(seconds: int, tz: str) -> Buckets:
    try:
        zone = ZoneInfo(tz)
    except (KeyError, ValueError, OSError):
        raise QueryError("tz", f"The time zone {tz!r} is unknown.", "an IANA name such as Europe/Madrid") from None
    days = seconds // DAY

    @cache
    def start_of(at: int) -> int:
        ordinal = datetime.fromtimestamp(at, zone).toordinal() - _EPOCH
        first = _EPOCH + ordinal // days * days
        return int(datetime.fromordinal(first).replace(tzinfo=zone).timestamp())

    return Buckets(seconds, HOUR, start_of, _borders(zone))


@cache
def _borders(zone: ZoneInfo) -> frozenset[int]:
    """The hours of the UTC day within which a day of the zone has begun or will, since 1972.

    >>> _borders(ZoneInfo("Asia/Kathmandu")) == {18 * HOUR}  # 18:15, at first 18:30
    True
    """
    months = (datetime(year, month, 1, tzinfo=UTC) for year in range(1972, 2040) for month in range(1, 13))
    offsets = {int((month.astimezone(zone).utcoffset() or timedelta()).total_seconds()) for month in months}
    return frozenset(-offset % DAY // HOUR * HOUR for offset in offsets if offset % HOUR)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def cover(start: int, end: int, cells: tuple[int, ...]) -> list[tuple[int, int, int]]:
    """The fewest roll-up cells that make up a stretch of time.

    Args:
        start: whole epoch seconds, a border of the shortest cell.
        end: likewise.
        cells: lengths, longest first, each a multiple of the next.

    Returns:
        (length of cell, from, to) in order.

    >>> cover(3540, 90000, (86400, 3600, 60))
    [(60, 3540, 3600), (3600, 3600, 90000)]
    """
    if start >= end or not cells:
        return []
    longest, shorter = cells[0], cells[1:]
    first, last = -(-start // longest) * longest, end // longest * longest
    if first >= last:
        return cover(start, end, shorter)
    return [*cover(start, first, shorter), (longest, first, last), *cover(last, end, shorter)]

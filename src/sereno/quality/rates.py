"""Counts of checks as rates that say how sure they are."""

from __future__ import annotations

import msgspec

from sereno.stats.intervals import wilson


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """A share with its 95 % interval (Wilson's).

    Attributes:
        hits: how many of them. n: how many were looked at.
        value: hits / n, None where nothing was looked at. low, high: the interval, None likewise.
    """

    hits: float
    n: int
    value: float | None
    low: float | None
    high: float | None


def rate(hits: float, n: int) -> Rate:
    """The share of hits.

    >>> found = rate(8, 10)
    >>> found.value, round(found.low, 4), round(found.high, 4)
    (0.8, 0.4902, 0.9433)
    """
    if n == 0:
        return Rate(hits=0, n=0, value=None, low=None, high=None)
    low, high = wilson(hits, n)
    return Rate(hits=hits, n=n, value=hits / n, low=low, high=high)

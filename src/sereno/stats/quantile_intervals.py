"""Distribution-free intervals of quantiles: between two order statistics, whose ranks follow the binomial law."""

from __future__ import annotations

import math

from scipy import special

from sereno.stats.histograms import Histogram, upper_bound
from sereno.stats.intervals import Interval


def ranks(q: float, n: int, confidence: float = 0.95) -> tuple[int, int]:
    """Ranks r and s for which the q-quantile lies from the r-th to the s-th of n sorted values at least so often.

    Args:
        q: 0 < q < 1.
        n: how many values.
        confidence: such as 0.95; each side errs at most half of the rest.

    Returns:
        r = 0: so few values bound it nowhere below; s = n + 1: nowhere above.

    Source: David and Nagaraja (2003), Order Statistics, §7.1.

    >>> ranks(0.5, 10)
    (2, 9)
    """
    tail = (1 - confidence) / 2
    return _least(tail, n, q), _least(1 - tail, n, q) + 1


def quantile_interval(histogram: Histogram, q: float, confidence: float = 0.95) -> Interval:
    """The interval of a histogram's q-quantile, outwards to the edges of buckets: what lies within one is not known.

    Args:
        histogram: of values ≥ 0.
        q: 0 < q < 1.
        confidence: such as 0.95.

    Returns:
        From 0, to infinity, where there are too few values.
    """
    low, high = ranks(q, histogram.count, confidence)
    below = 0.0 if low == 0 else _edges(histogram, low)[0]
    return Interval(below, math.inf if high > histogram.count else _edges(histogram, high)[1])


def _least(share: float, n: int, q: float) -> int:
    """The least k for which the binomial law gives P(at most k of n) ≥ share."""
    found = special.bdtrik(share, n, q) if n else 0.0
    k = 0 if math.isnan(found) else max(0, math.floor(found) - 1)  # the inverse is rounded: step to the exact one
    while k < n and special.bdtr(k, n, q) < share:
        k += 1
    return k


def _edges(histogram: Histogram, rank: int) -> tuple[float, float]:
    """Edges of the bucket that holds the value of a rank from 1 to count."""
    seen = 0
    for index in sorted(histogram.sparse):
        seen += histogram.sparse[index]
        if seen >= rank:
            return upper_bound(index - 1) if index else 0.0, upper_bound(index)
    raise AssertionError("bucket counts do not add up to count")

"""The interval of a difference, from the interval of each side: MOVER, the method of variance estimates recovery."""

from __future__ import annotations

import math

from sereno.stats.intervals import Interval


def difference_interval(a: float, of_a: Interval, b: float, of_b: Interval) -> Interval:
    """The interval of b − a, of two independent figures; with Wilson's intervals of rates it is Newcombe's (method 10).

    Args:
        a: estimate, within its interval.
        of_a: interval of a, at the confidence that the result is to have; may be open to infinity.
        b: estimate.
        of_b: likewise.

    Source: Zou and Donner (2008), Statistics in Medicine 27(10), equation 3; Newcombe (1998), ibid. 17(8), method 10.

    >>> from sereno.stats.intervals import wilson
    >>> [round(x, 4) for x in difference_interval(48 / 80, wilson(48, 80), 56 / 70, wilson(56, 70))]
    [0.0524, 0.3339]
    """
    low = b - a - math.hypot(b - of_b.low, of_a.high - a)
    high = b - a + math.hypot(of_b.high - b, a - of_a.low)
    return Interval(low, high)

"""Stretches that stand still in a living series: how rare they are, and what of them is one event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.stats.outliers import Outlier
from sereno.stats.robust import median
from sereno.stats.rounded import AGAIN

Floats = NDArray[np.float64]
FEWEST, SHORTEST, MOST = 20, 5, 5
BESIDE = 256
"""Points on each side that tell the level around a stretch, as many as it has at most."""
PASSED = 0.25
"""A season that goes this far to one side of a value, as a share of how far it goes to the other, passes it."""


class Still(NamedTuple):
    """Equal neighbours: first and last index, and the chance that there are as many."""

    first: int
    last: int
    p_value: float


def still_stretches(values: Floats, *, alpha: float) -> tuple[Still, ...]:
    """The longest stretches without any change, in order of time; `MOST` at most.

    A stretch of k equal neighbours is one if runs so long come with chance below `alpha` where neighbours are equal as
    often as in the rest of this series: n·qᵏ⁻¹, q being the share of equal neighbours outside the stretch (a run's law,
    Feller 1968 XIII.7). Where more than `AGAIN` others are at least half as long (every night), they are its own.

    Args:
        values: shape (n,), finite.
        alpha: chance that a series has any by itself.

    >>> values = np.arange(40.0) % 7
    >>> values[10:25] = 3.0
    >>> [(one.first, one.last) for one in still_stretches(values, alpha=0.001)]
    [(10, 24)]
    """
    n = len(values)
    if n < FEWEST:
        return ()
    pairs = np.flatnonzero(values[1:] == values[:-1])  # each the first of two equal neighbours
    equal = len(pairs)
    if equal < SHORTEST - 1:
        return ()
    breaks = np.flatnonzero(np.diff(pairs) > 1)
    first, last = pairs[np.append(0, breaks + 1)], pairs[np.append(breaks, equal - 1)] + 1
    lengths = last - first + 1
    least = max(SHORTEST, np.partition(lengths, -MOST)[-MOST] if len(lengths) > MOST else 0)
    longest = np.flatnonzero(lengths >= least)
    ascending = np.sort(lengths)
    found = []
    for run in longest[np.argsort(-lengths[longest], kind="stable")][:MOST]:
        length = int(lengths[run])
        others = n - length
        # One more equal pair than was seen keeps q from 0; what is left must be enough to know it.
        share = (equal - (length - 1) + 1) / (others + 1)
        again = len(ascending) - int(np.searchsorted(ascending, length / 2.0)) - 1
        if others < SHORTEST or share >= 1.0 or again > AGAIN:
            continue
        p_value = min(1.0, n * share ** (length - 1))
        if p_value < alpha:
            found.append(Still(int(first[run]), int(last[run]), p_value))
    return tuple(sorted(found))


def without_season(values: Floats, seasonal: Floats, stills: Sequence[Still], *, cycle: float) -> Floats:
    """Values less their seasons, shape (n,); what stands still has none, where that can be told.

    Less a season, a stretch that stands still shows it upside down: as many excursions as it had crests. One at a
    value that the season passes to both sides gets the level around it: it is still, and no more. Another that lasts a
    cycle or longer (an outage, a sensor stuck at a crest) gets one level, its mean less that of the season. Of a
    shorter one the season itself tells best how far it is from what was expected.

    Args:
        values: shape (n,).
        seasonal: what the seasons add, shape (n,).
        stills: of the values.
        cycle: points of the shortest season.
    """
    rest = values - seasonal
    if not stills:
        return rest
    moving = np.ones(len(values), dtype=np.bool_)
    for one in stills:
        moving[one.first : one.last + 1] = False
    outside = np.flatnonzero(moving)
    if len(outside) == 0:
        return rest
    filled = rest.copy()
    for one in stills:
        part, length = slice(one.first, one.last + 1), one.last + 1 - one.first
        here, many = int(np.searchsorted(outside, one.first)), min(length, BESIDE)
        sides = [near for near in (outside[max(0, here - many) : here], outside[here : here + many]) if len(near)]
        levels = [median(rest[near]) for near in sides]
        level = np.linspace(levels[0], levels[-1], length)
        off = rest[part] - level
        smaller, larger = sorted((float(off.max()), -float(off.min())))
        if smaller > PASSED * larger:
            filled[part] = level
        elif length >= cycle:
            filled[part] = values[one.first] - float(seasonal[part].mean())
    return filled


def one_each(outliers: Sequence[Outlier], values: Floats, stills: Sequence[Still]) -> tuple[Outlier, ...]:
    """Outliers in order, those that lie within one stretch that stands still made one.

    It reaches from the first to the last of the larger side if it is odd as a whole; otherwise the surest stands for
    all.

    Args:
        outliers: of the values, in order.
        values: without seasons, shape (n,).
        stills: of the values with their seasons, in order.
    """
    left = list(outliers)
    for still in stills:
        within = [one for one in left if still.first <= one.first and one.last <= still.last]
        if len(within) < 2:
            continue
        left = [one for one in left if one not in within]
        left.append(_whole(within, values))
    return tuple(sorted(left))


def _whole(parts: list[Outlier], values: Floats) -> Outlier:
    surest = min(parts, key=lambda one: one.p_value)
    upwards = _mean(values, surest) > surest.expected
    alike = [one for one in parts if (_mean(values, one) > one.expected) == upwards]
    expected = float(np.mean([one.expected for one in alike]))
    low, high = expected - (surest.expected - surest.low), expected + (surest.high - surest.expected)
    whole = Outlier(alike[0].first, alike[-1].last, expected, low, high, surest.p_value)
    mean = _mean(values, whole)
    return whole if (mean > high if upwards else mean < low) else surest


def _mean(values: Floats, one: Outlier) -> float:
    return float(values[one.first : one.last + 1].mean())

"""Levels of values that mostly repeat: rare events, states, readings of one digit. Normal laws know nothing of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from sereno.stats.autocorrelation import Noise
from sereno.stats.resolution import resolution

Floats = NDArray[np.float64]
SHORTEST, MOST_STEPS = 5, 3


class Held(NamedTuple):
    """Levels that are held exactly.

    Attributes:
        noise: that of rounding. bounds: first index of each level but the first, ascending.
    """

    noise: Noise
    bounds: tuple[int, ...]


def held_levels(values: Floats) -> Held | None:
    """Levels of values that are held until they take one never seen before; None of others.

    Differences take such a staircase for a random walk. One that returns to a level is a state, one of many steps a
    slope. A single value between two levels (a mean over the step) belongs to either.

    Args:
        values: shape (n,), n ≥ 1.

    >>> held_levels(np.array([2.0] * 20 + [3.5] + [5.0] * 20)).bounds
    (20,)
    """
    begins = np.append(0, np.flatnonzero(values[1:] != values[:-1]) + 1)
    if len(begins) > 2 * MOST_STEPS + 1:
        return None
    lengths = np.diff(begins, append=len(values))
    held = np.flatnonzero(lengths > 1)
    levels = values[begins[held]]
    if not 1 < len(levels) <= MOST_STEPS + 1 or len(np.unique(levels)) < len(levels) or lengths[held].min() < SHORTEST:
        return None
    for run in np.flatnonzero(lengths == 1):
        around = np.sort(values[[begins[run] - 1, min(begins[run] + 1, len(values) - 1)]])
        if not around[0] < values[begins[run]] < around[1]:
            return None
    step = resolution(levels) or float(np.abs(np.diff(levels)).min())
    bounds = tuple(int(begins[run - 1] if lengths[run - 1] == 1 else begins[run]) for run in held[1:])
    return Held(Noise(0.0, step * step / 12.0, step * step / 12.0), bounds)


def mostly_repeats(values: Floats) -> bool:
    """Whether more than half of the values equal the one before; shape (n,).

    >>> mostly_repeats(np.array([0.0, 0.0, 1.0, 1.0, 1.0])), mostly_repeats(np.array([1.0, 2.0, 2.0]))
    (True, False)
    """
    return 2 * int(np.count_nonzero(values[1:] == values[:-1])) > len(values) - 1


def levels_p(before: Floats, after: Floats) -> float:
    """Chance that as many values as seen, or more, lie beyond the middle of two levels after as before.

    Fisher's exact test (1922), one-sided towards the change that was found: two events among a hundred quiet points
    are no new level though their mean is ten spreads away.

    Args:
        before: shape (n,), n ≥ 1.
        after: shape (m,), m ≥ 1.

    >>> round(1.0 / levels_p(np.zeros(98), np.ones(2)))  # one of 100 · 99 / 2 places for two ones
    4950
    """
    rise = float(after.mean() - before.mean())
    middle = float(after.mean() + before.mean()) / 2
    beyond = [int(np.count_nonzero((part - middle) * rise > 0.0)) for part in (before, after)]
    return float(hypergeom.sf(beyond[1] - 1, len(before) + len(after), sum(beyond), len(after)))

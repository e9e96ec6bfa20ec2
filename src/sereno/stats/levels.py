"""Levels or memory: whether steps or wandering tell a series in fewer words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sereno.stats.autocorrelation import LIMIT, Noise
from sereno.stats.robust import spread
from sereno.stats.segments import partition

Floats = NDArray[np.float64]
MEMORIES = (LIMIT, 0.9, 0.8, 0.65, 0.5, 0.3, 0.0)
"""Of the noise around levels."""
WANDERINGS = np.append(np.linspace(0.0, LIMIT, 50), 1.0)
"""Memories of a series without levels; 1 is a random walk."""


def noise_around_levels(values: Floats, *, alpha: float) -> Noise | None:
    """The noise of a series that levels with some memory describe better than any memory alone; None otherwise.

    Differences take frequent steps for memory. Here both are tried: AR(1) around one mean, φ up to that of a random
    walk, and AR(1) around the best levels for each of some φ. The better has the smaller n·log(innovation variance),
    each change paid for with 2·log(n/α), as in `sereno.stats.segments.partition` (minimum description length: Davis,
    Lee and Rodriguez-Yam 2006, here with one memory for all stretches).

    Args:
        values: shape (n,), finite, n ≤ some 500.
        alpha: chance of any false change.
    """
    n = len(values)
    centred = values - values.mean()
    # Row φ: what each value is more than φ times the one before.
    alone = centred[1:] - WANDERINGS[:, None] * centred[:-1]
    power = float(np.square(alone).mean(axis=1).min())
    if power <= 0.0:
        return None
    best, chosen = n * float(np.log(power)), None
    for phi in MEMORIES:
        # Of innovations, by their differences: a level moves all that follow, its step only two of these.
        variance = spread(np.diff(values[1:] - phi * values[:-1])) ** 2 / 2.0
        if variance <= 0.0:
            continue
        noise = Noise(phi, variance / (1.0 - phi**2), variance / (1.0 - phi) ** 2)
        bounds = partition(values, noise.long_run, alpha=alpha).bounds
        if not bounds:
            continue
        rest = np.concatenate([part - part.mean() for part in np.split(values, bounds)])
        power = float(np.square(rest[1:] - phi * rest[:-1]).mean())
        length = n * float(np.log(power)) + 2.0 * len(bounds) * float(np.log(n / alpha)) if power > 0.0 else -np.inf
        if length < best:
            best, chosen = length, noise
    return chosen

"""How much a series remembers itself, and how many independent values it is worth.

A trend or a step found in a series that remembers itself is often only its memory: tests must know.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.stats.robust import median

Floats = NDArray[np.float64]
LIMIT = 0.98
"""Above this memory a series is as good as a random walk."""


class Noise(NamedTuple):
    """What a series does of itself.

    Attributes:
        memory: φ of lag 1. variance: of one value. long_run: n times the variance of the mean of many values.
    """

    memory: float
    variance: float
    long_run: float


def lag_one(residual: Floats) -> float:
    """Lag-1 autocorrelation φ of residuals, corrected for its bias in short series (Kendall 1954): φ + (1 + 4φ)/n.

    What is not significant (|φ| < 1.645/√n) is 0, as in Hamed and Rao (1998); negative memory is 0 too, which is the
    careful side. At most `LIMIT`.
    """
    n = len(residual)
    centred = residual - residual.mean() if n else residual
    # einsum and not dot: of long rows BLAS makes threads, whose waiting costs ten times the work.
    power = float(np.einsum("i,i", centred, centred))
    if n < 4 or power <= 0.0:
        return 0.0
    phi = float(np.einsum("i,i", centred[1:], centred[:-1])) / power
    if phi < 1.645 / n**0.5:
        return 0.0
    return min(phi + (1.0 + 4.0 * phi) / n, LIMIT)


def step_proof_noise(values: Floats, *, longest: int = 16) -> Noise:
    """Memory and noise that jumps in the mean do not inflate: from the spread of differences at lags 1 to 16.

    Of an AR(1), Var(y[t+2] − y[t]) / Var(y[t+1] − y[t]) = 1 + φ, and a jump touches few differences (Chakar, Lebarbier,
    Lévy-Leduc and Robin 2017, here with clipped second moments in the place of medians: they waste less of the data).
    Longer lags see a slow wandering under fast noise; of all lags (up to `longest`) the most careful answer is taken.
    """
    n = len(values)
    if n < 8:
        variance = float(np.var(values)) if n else 0.0
        return Noise(0.0, variance, variance)
    powers = {
        lag: _clipped_power(values[lag:] - values[:-lag]) for lag in (1, 2, 4, 8, 16) if n >= 4 * lag and lag <= longest
    }
    best = Noise(0.0, powers[1] / 2, powers[1] / 2)
    for lag, power in powers.items():
        longer = powers.get(2 * lag)
        if longer is None:
            continue
        if power <= 0.0:
            if longer > 0.0:
                best = max(best, _noise(LIMIT, longer / (2 * (1 - LIMIT))), key=lambda noise: noise.long_run)
            continue
        kept = longer / power - 1.0  # φ^lag
        if kept < 2.0 * (lag / n) ** 0.5:
            continue
        phi = float(min(kept, 1.0) ** (1.0 / lag))
        phi = min(phi + (1.0 + 4.0 * phi) / n, LIMIT)
        best = max(best, _noise(phi, power / (2 * (1 - phi**lag))), key=lambda noise: noise.long_run)
    return best


def _noise(phi: float, variance: float) -> Noise:
    return Noise(phi, variance, variance * inflation(phi))


def _clipped_power(differences: Floats) -> float:
    scale = 1.4826 * median(np.abs(differences))
    if scale == 0.0:
        return float(np.mean(differences**2))
    return float(np.mean(np.clip(differences, -3.0 * scale, 3.0 * scale) ** 2))


def inflation(phi: float) -> float:
    """By how much an AR(1) of memory φ inflates the variance of a mean: (1 + φ)/(1 − φ).

    >>> inflation(0.5)
    3.0
    """
    return (1.0 + phi) / (1.0 - phi)

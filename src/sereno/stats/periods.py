"""Two stretches of one series compared: the difference of their means, with an interval that memory widens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from sereno.stats.autocorrelation import inflation, lag_one

Floats = NDArray[np.float64]
FEWEST = 3


class Difference(NamedTuple):
    """A difference of means: second − first.

    Attributes:
        first, second: the means. difference: second − first; low, high: its interval.
        p_value: of no difference, two-sided.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    p_value: float


def difference_of(first: Floats, second: Floats, *, confidence: float = 0.95) -> Difference | None:
    """Welch's interval and test (Welch 1947), each sample counted as n·(1 − φ)/(1 + φ) independent values.

    The variance of each stretch is counted at least as n − 1 to n_eff − 1 (its own mean follows its memory).
    None with fewer than `FEWEST` values on a side.
    """
    n, m = len(first), len(second)
    if n < FEWEST or m < FEWEST:
        return None
    means = float(first.mean()), float(second.mean())
    difference = means[1] - means[0]
    parts = []
    for values in (first, second):
        worth = max(2.0, len(values) / inflation(lag_one(values)))
        parts.append((float(values.var(ddof=1)) / worth, worth - 1.0))
    variance = parts[0][0] + parts[1][0]
    if variance <= 0.0:
        return Difference(*means, difference, difference, difference, 0.0 if difference else 1.0)
    # Shares of the variance: squares of the variances themselves may leave the numbers.
    freedom = 1.0 / sum((part / variance) ** 2 / degrees for part, degrees in parts)
    half = float(stdtrit(freedom, 0.5 + confidence / 2)) * variance**0.5
    p_value = 2.0 * float(stdtr(freedom, -abs(difference) / variance**0.5))
    return Difference(*means, difference, difference - half, difference + half, min(1.0, p_value))

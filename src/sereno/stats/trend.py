"""Robust trend: Sen's slope with its interval, and the Mann–Kendall test corrected for autocorrelation."""

from __future__ import annotations

from functools import lru_cache
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from sereno.stats.autocorrelation import LIMIT, inflation, lag_one
from sereno.stats.robust import median

Floats = NDArray[np.float64]
WALK = 16.0
"""Memory above 1 − 16/n around a line cannot be told from a random walk's (Dickey and Fuller 1979: n(φ − 1))."""


class Trend(NamedTuple):
    """A straight line through a series.

    Attributes:
        slope: value units a time unit; low, high: its interval.
        intercept: value at time 0. p_value: Mann–Kendall, two-sided. memory: φ of the residuals, lag 1.
    """

    slope: float
    low: float
    high: float
    intercept: float
    p_value: float
    memory: float


def mann_kendall_variance(values: Floats) -> float:
    """Var(S) under no trend, with ties: [n(n−1)(2n+5) − Σ t(t−1)(2t+5)] / 18 (Kendall 1975)."""
    n = len(values)
    ties = np.unique(values, return_counts=True)[1].astype(np.float64)
    return float(n * (n - 1) * (2 * n + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18.0


def robust_trend(times: Floats, values: Floats, *, confidence: float = 0.95) -> Trend:
    """Sen's slope (Sen 1968) with Mann–Kendall's test; both widened by the memory of the residuals.

    Var(S) is multiplied by (1 + φ)/(1 − φ), φ of the residuals around the line (Yue and Wang 2004; taken around the
    line, so that the trend itself is no memory). A series with the memory of a random walk has no trend that could
    be told from its wandering: its p-value is that of the mean difference between neighbours.

    Args:
        times: shape (n,), n ≥ 2, ascending and not all equal. O(n²): give at most some 500 points.
        values: shape (n,), finite.
        confidence: of the interval of the slope.
    """
    pairs, run = _runs(times.tobytes())
    rise = np.subtract.outer(values, values).ravel().take(pairs)
    score = float(np.count_nonzero(rise > 0) - np.count_nonzero(rise < 0))
    slopes = rise / run
    half, odd = len(slopes) // 2, len(slopes) % 2
    slopes.partition(half if odd else (half - 1, half))
    slope = float(slopes[half]) if odd else float(slopes[half - 1] + slopes[half]) / 2
    intercept = median(values - slope * times)
    residual = values - intercept - slope * times
    phi = lag_one(residual)
    variance = mann_kendall_variance(values) * inflation(phi)
    if variance <= 0.0:
        return Trend(slope, slope, slope, intercept, 1.0, 0.0)
    p_value = _two_sided((abs(score) - 1.0) / sqrt(variance)) if score else 1.0
    if phi >= min(LIMIT, 1.0 - WALK / len(values)):
        steps = np.diff(values)
        error = float(steps.std(ddof=1)) / sqrt(len(steps))
        p_value = max(p_value, _two_sided(abs(float(steps.mean())) / error) if error > 0.0 else 0.0)
    margin = float(ndtri(0.5 + confidence / 2)) * sqrt(variance)
    first = max(0, round((len(slopes) - margin) / 2))
    last = max(first, min(len(slopes) - 1, round((len(slopes) + margin) / 2)))
    return Trend(slope, _ranked(slopes, half, first), _ranked(slopes, half, last), intercept, p_value, phi)


def _ranked(slopes: Floats, half: int, rank: int) -> float:
    """The value of a rank, where those below and above half are parted already."""
    part, place = (slopes[:half], rank) if rank < half else (slopes[half:], rank - half)
    return float(np.partition(part, place)[place])


@lru_cache(maxsize=4)
def _runs(times: bytes) -> tuple[NDArray[np.intp], Floats]:
    """Where in the table of all differences the pairs of ascending moments stand, and their distances.

    The series of a chart share them.

    Args:
        times: float64 as they lie in memory.
    """
    at = np.frombuffer(times)
    run = np.subtract.outer(at, at).ravel()
    pairs = np.flatnonzero(run > 0)
    return pairs, run[pairs]


def _two_sided(z: float) -> float:
    return min(1.0, 2.0 * float(ndtr(-max(z, 0.0))))

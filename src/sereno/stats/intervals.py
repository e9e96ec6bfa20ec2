"""Intervals: Wilson's for a rate, a bootstrap for PSI."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from sereno.stats.distances import jeffreys, psi, psi_bias


class Interval(NamedTuple):
    """Both ends of an interval."""

    low: float
    high: float


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a rate: honest for few observations and for rates near 0 and 1.

    Args:
        successes: how many of them, 0 ≤ successes ≤ n.
        n: how many observations; 0 gives (0, 1).
        confidence: such as 0.95.

    Raises:
        ValueError: more successes than observations, or either is negative.

    Source: Wilson (1927), J. Am. Stat. Assoc. 22(158).

    >>> [round(x, 4) for x in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    if not 0 <= successes <= n:
        raise ValueError(f"successes must be from 0 to n, not {successes} of {n}")
    if n == 0:
        return Interval(0.0, 1.0)
    z = float(special.ndtri(0.5 + confidence / 2))
    rate, square = successes / n, z * z / n
    middle = (rate + square / 2) / (1 + square)
    half = z / (1 + square) * float(np.sqrt(rate * (1 - rate) / n + square / (4 * n)))
    return Interval(
        0.0 if successes == 0 else max(middle - half, 0.0), 1.0 if successes == n else min(middle + half, 1.0)
    )


def psi_interval(
    reference: ArrayLike,
    current: ArrayLike,
    rng: np.random.Generator,
    confidence: float = 0.95,
    resamples: int = 400,
) -> Interval:
    """Bootstrap interval of the bias-corrected PSI, smoothed after Jeffreys.

    Rows drawn anew with replacement give multinomial counts. A resample carries the bias of PSI twice: its own, by how
    much resamples exceed the sample on average, and that of the sample (`psi_bias`); both are taken off.

    Args:
        reference: counts, shape (B,), with a positive sum.
        current: likewise.
        rng: a seeded one makes the result repeatable.
        confidence: such as 0.95.
        resamples: how many.

    Source: Efron and Tibshirani (1993), An Introduction to the Bootstrap, §13 (percentiles) and §10 (bias).

    >>> found = psi_interval([500, 500], [300, 700], np.random.default_rng(0))  # PSI is 0.169
    >>> round(found.low, 1), round(found.high, 1)
    (0.1, 0.2)
    """
    a, b = np.asarray(reference, dtype=np.int64), np.asarray(current, dtype=np.int64)
    held = (a + b) > 0
    a, b = a[held], b[held]
    n, m = int(a.sum()), int(b.sum())
    drawn = psi(
        jeffreys(rng.multinomial(n, a / n, size=resamples)), jeffreys(rng.multinomial(m, b / m, size=resamples))
    )
    bias = float(drawn.mean() - psi(jeffreys(b), jeffreys(a)) + psi_bias(len(a), n, m))
    low, high = np.quantile(drawn - bias, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(max(float(low), 0.0), max(float(high), 0.0))

"""Where the mean of a series changes: the best partition into stretches, each change paid for with its evidence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.stats.autocorrelation import Noise, inflation

Floats = NDArray[np.float64]
SHORTEST_STEPPED = 60
MOST_MEMORY, CLEAR = 0.35, 6.0
"""Chosen by simulation of AR(1) series of 60 to 256 values, φ from 0 to 1."""


class Partition(NamedTuple):
    """Stretches of one level each.

    Attributes:
        bounds: first index of each stretch but the first, ascending. cost: squared residuals left plus what the
            changes cost, in units of the noise's long-run variance.
    """

    bounds: tuple[int, ...]
    cost: float


def partition(values: Floats, long_run: float, *, alpha: float, shortest: int = 3) -> Partition:
    """The stretches that explain a series best (optimal partitioning, Jackson et al. 2005; exact).

    A change must lower the squared residuals by more than any of n places would by luck with chance `alpha`:
    2·log(n/α) long-run variances, the bound of a χ² with one degree of freedom over n places.

    Args:
        values: shape (n,), n ≤ some 500 (O(n²) in time and memory).
        long_run: long-run variance of the noise, > 0.
        alpha: chance of any false change.
        shortest: fewest values of a stretch.
    """
    n = len(values)
    scaled = (values - np.median(values)) / long_run**0.5
    total = float(np.dot(scaled, scaled)) - float(scaled.sum()) ** 2 / max(n, 1)
    if n < 2 * shortest:
        return Partition((), total)
    price = 2.0 * float(np.log(n / alpha))
    sums = np.concatenate(([0.0], np.cumsum(scaled)))
    squares = np.concatenate(([0.0], np.cumsum(scaled * scaled)))
    # Row e, column s: the squared residuals of values s … e − 1, all at once; what is no stretch is never read.
    length = np.maximum(np.subtract.outer(np.arange(n + 1), np.arange(n + 1)), 1)
    inside = np.subtract.outer(squares, squares) - np.subtract.outer(sums, sums) ** 2 / length
    best = np.full(n + 1, np.inf)  # of the first e values
    best[0] = -price
    before = np.zeros(n + 1, dtype=np.intp)
    for end in range(shortest, n + 1):
        costs = inside[end, : end - shortest + 1] + best[: end - shortest + 1]
        winner = int(costs.argmin())
        best[end] = costs[winner] + price
        before[end] = winner
    bounds: list[int] = []
    end = n
    while before[end] > 0:
        end = int(before[end])
        bounds.append(end)
    return Partition(tuple(reversed(bounds)), float(best[n]))


def one_step_noise(values: Floats) -> Noise | None:
    """The noise around one step, where that step is beyond doubt and leaves hardly any memory; None otherwise.

    In a short series differences cannot tell a step from memory. Around its best single step a series with one step is
    nearly white, one with memory still has it (Bai 1994: the residuals of the best split estimate the noise's memory).
    The step must then be `CLEAR` standard errors high: its place was chosen, and memory of short series is
    underestimated.

    Args:
        values: shape (n,), finite.
    """
    n = len(values)
    margin = max(5, n // 20)
    if n < SHORTEST_STEPPED:
        return None
    left = np.arange(margin, n - margin + 1)
    sums = np.cumsum(values)
    gap = (sums[-1] - sums[left - 1]) / (n - left) - sums[left - 1] / left
    score = np.abs(gap) / np.sqrt(1.0 / left + 1.0 / (n - left))
    at = int(left[score.argmax()])
    rest = np.concatenate((values[:at] - values[:at].mean(), values[at:] - values[at:].mean()))
    power = float(np.einsum("i,i", rest, rest))
    if power <= 0.0:
        return None
    phi = max(0.0, float(np.einsum("i,i", rest[1:], rest[:-1])) / power)
    phi += (2.0 + 4.0 * phi) / n  # each of the two means hides some of the memory (Kendall 1954)
    variance = power / (n - 2)
    if phi > MOST_MEMORY or score.max() < CLEAR * (variance * inflation(phi)) ** 0.5:
        return None
    return Noise(phi, variance, variance * inflation(phi))

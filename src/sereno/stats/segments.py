"""Where the mean of a series changes: the best partition into stretches, each change paid for with its evidence."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.stats.autocorrelation import Noise, inflation
from sereno.stats.robust import median

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
    scaled = (values - median(values)) / long_run**0.5
    total = float(np.dot(scaled, scaled)) - float(scaled.sum()) ** 2 / max(n, 1)
    if n < 2 * shortest:
        return Partition((), total)
    price = 2.0 * float(np.log(n / alpha))
    sums = np.concatenate(([0.0], np.cumsum(scaled - scaled.mean())))
    shares, barred = _stretches(n, shortest)
    # Row e, column s: by how much a level of their own fits the values s … e − 1 better.
    gains = np.subtract.outer(sums, sums)
    np.multiply(np.square(gains, out=gains), shares, out=gains)
    if _one_level(sums, float(gains.max()), price):
        return Partition((), total)
    np.subtract(barred, gains, out=gains)
    best, before = _shortest_path(gains, price)
    bounds: list[int] = []
    end = n
    while before[end] > 0:
        end = int(before[end])
        bounds.append(end)
    return Partition(tuple(reversed(bounds)), total + float(best[n]))


def _one_level(sums: Floats, most: float, price: float) -> bool:
    """Whether no partition can pay for its changes: a bound that spares most series the search.

    K stretches lower the squared residuals by Σ S²/l, S being the sum of a stretch and l its length. Of two, that is
    S²·n/(l·(n − l)); of more, the K − 1 changes are paid for only if some S²/l is above (K − 1)/K ≥ 2/3 of the price.
    """
    n = len(sums) - 1
    left = np.arange(1.0, n)
    return most <= price * 2.0 / 3.0 and float((np.square(sums[1:-1]) / (left * (n - left))).max()) * n <= price


def _shortest_path(costs: Floats, price: float) -> tuple[Floats, NDArray[np.intp]]:
    """What the first e values cost at best, and where their last stretch begins; shapes (n + 1,).

    All prefixes at once, with one stretch more each time (Bellman 1958), until nothing gets better: few series have
    many levels.

    Args:
        costs: row e, column s: of the values s … e − 1 as one stretch.
        price: of a change.
    """
    best, before = costs[:, 0].copy(), np.zeros(len(costs), dtype=np.intp)
    best[0] = -price
    work, places = np.empty_like(costs), np.arange(len(costs))
    while True:
        winner = np.add(costs, best, out=work).argmin(axis=1)
        tried = work[places, winner] + price
        better = np.flatnonzero(tried < best)
        if len(better) == 0:
            return best, before
        best[better], before[better] = tried[better], winner[better]


@lru_cache(maxsize=4)
def _stretches(n: int, shortest: int) -> tuple[Floats, Floats]:
    """Row e, column s: one over the length of s … e − 1, 0 if it is too short; and infinity where it is, else 0."""
    length = np.subtract.outer(np.arange(n + 1.0), np.arange(n + 1.0))
    valid = length >= shortest
    shares = np.divide(1.0, length, out=np.zeros_like(length), where=valid)
    return shares, np.where(valid, 0.0, np.inf)


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

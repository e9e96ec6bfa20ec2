"""How far a candidate is from its baseline on the same items, with an interval that can be believed.

For scores of right and wrong the interval is Newcombe's for paired proportions (Statistics in Medicine 17, 1998, method
10), whose coverage holds in small samples, and McNemar's exact test (1947; binomial on the discordant pairs) tells
whether they differ at all. For graded scores the interval is a percentile bootstrap of the paired difference, with a
fixed seed, and the test is the sign test, which is the same sum.
"""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import special

from sereno.lora.paired import Paired
from sereno.stats.intervals import wilson

RESAMPLES = 10_000
_BLOCK = 2_000_000
"""Numbers that a block of resamples holds at most."""
_FEW = 8
"""Items a different value, from which on counts are drawn instead of items."""

Test = Literal["mcnemar", "bootstrap"]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How candidate and baseline stand to each other.

    Attributes:
        n: items. baseline, candidate: mean scores.
        difference: candidate − baseline; low, high: its interval.
        p_value: that they are equally good; two-sided.
        test: by which method.
        gained, lost: items that only the candidate, only the baseline did better.
    """

    n: int
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p_value: float
    test: Test
    gained: int
    lost: int


def difference(paired: Paired, confidence: float = 0.95) -> Difference:
    """The two versions on the items that both were asked."""
    before = np.array([pair.baseline for pair in paired.pairs])
    after = np.array([pair.candidate for pair in paired.pairs])
    gained, lost = int((after > before).sum()), int((after < before).sum())
    binary = paired.binary
    if binary:
        low, high = newcombe(int((after * before).sum()), gained, lost, len(before), confidence)
    else:
        low, high = bootstrap(after - before, confidence)
    return Difference(
        n=len(before),
        baseline=float(before.mean()),
        candidate=float(after.mean()),
        difference=float(after.mean() - before.mean()),
        low=low,
        high=high,
        p_value=mcnemar(gained, lost),
        test="mcnemar" if binary else "bootstrap",
        gained=gained,
        lost=lost,
    )


def mcnemar(gained: int, lost: int) -> float:
    """Exact two-sided p-value that gains and losses are equally likely; with graded scores it is the sign test.

    >>> round(mcnemar(9, 1), 6)
    0.021484
    """
    return min(1.0, 2 * float(special.bdtr(min(gained, lost), gained + lost, 0.5))) if gained + lost else 1.0


def newcombe(both: int, gained: int, lost: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Newcombe's interval (1998, method 10) of the difference of paired proportions, gained minus lost over n.

    Args:
        both: items that both did right.
        gained: only the candidate.
        lost: only the baseline.
        n: all items.
        confidence: two-sided.
    """
    first, second = both + gained, both + lost
    neither = n - both - gained - lost
    low1, high1 = wilson(first, n, confidence)
    low2, high2 = wilson(second, n, confidence)
    p1, p2 = first / n, second / n
    phi = _phi(both, gained, lost, neither)
    down = (p1 - low1) ** 2 - 2 * phi * (p1 - low1) * (high2 - p2) + (high2 - p2) ** 2
    up = (high1 - p1) ** 2 - 2 * phi * (high1 - p1) * (p2 - low2) + (p2 - low2) ** 2
    return p1 - p2 - math.sqrt(max(0.0, down)), p1 - p2 + math.sqrt(max(0.0, up))


def bootstrap(differences: NDArray[Any], confidence: float = 0.95, seed: int = 0) -> tuple[float, float]:
    """Percentile interval of the mean of paired differences; the same seed gives the same interval."""
    generator = np.random.default_rng(seed)
    n = len(differences)
    values, counts = np.unique(differences, return_counts=True)
    if len(values) * _FEW <= n:  # few different values: how often each is drawn is multinomial, and far quicker drawn
        means = generator.multinomial(n, counts / n, RESAMPLES) @ values / n
    else:
        rows = max(1, _BLOCK // n)
        means = np.concatenate(
            [
                differences[generator.integers(0, n, (min(rows, RESAMPLES - start), n))].mean(axis=1)
                for start in range(0, RESAMPLES, rows)
            ]
        )
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _phi(both: int, gained: int, lost: int, neither: int) -> float:
    """Correlation of the two outcomes, with Newcombe's continuity correction where it is positive."""
    margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither)
    if margins == 0:
        return 0.0
    cross = float(both * neither - gained * lost)
    n = both + gained + lost + neither
    cross = max(cross - n / 2, 0.0) if cross > 0 else cross
    return cross / math.sqrt(margins)

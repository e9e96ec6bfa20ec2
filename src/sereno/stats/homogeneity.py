"""Are two rows of counts samples of one distribution? χ² with its law, or by permutation where the law is not valid."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
LEAST_EXPECTED = 5.0
"""Cells of which fewer are expected are put together (Cochran 1954, Biometrics 10(4))."""
LEAST_PER_BIN = 20
"""From so many observations a bin on PSI and χ² follow the χ² law within about 3 %."""
LARGE_PER_BIN = 500
"""From so many on the law is taken at its word in the tail too."""
UNINTERESTING = 0.2
"""Above this p-value precision is not needed."""
ENOUGH = 100
"""After so many exceedances a permutation test stops."""
FIRST = 500


def chi_square(a: ArrayLike, b: ArrayLike) -> tuple[Floats, Ints]:
    """Pearson's χ² of homogeneity of two rows of counts, and its degrees of freedom.

    χ² = Σ_j (√(M/N) a_j − √(N/M) b_j)² / (a_j + b_j); bins that are empty in both rows do not count.

    Args:
        a: counts along the last axis, any leading shape.
        b: likewise.

    >>> x2, df = chi_square([10, 20], [20, 10])
    >>> float(x2.round(6)), int(df)
    (6.666667, 1)
    """
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    n, m = a.sum(axis=-1, keepdims=True), b.sum(axis=-1, keepdims=True)
    pooled = a + b
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.sqrt(m / n) * a - np.sqrt(n / m) * b
        terms = np.where(pooled > 0, gap * gap / pooled, 0.0)
    return terms.sum(axis=-1), np.asarray((pooled > 0).sum(axis=-1) - 1, dtype=np.int64)


def chi_square_p(statistic: ArrayLike, freedom: ArrayLike) -> Floats:
    """Upper tail of the χ² law; 1 without any freedom.

    >>> float(chi_square_p(3.841459, 1).round(6))
    0.05
    """
    freedom = np.asarray(freedom, dtype=np.float64)
    out: Floats = np.where(freedom > 0, special.chdtrc(np.maximum(freedom, 1), np.asarray(statistic)), 1.0)
    return out


def without_sparse(a: ArrayLike, b: ArrayLike, least: float = LEAST_EXPECTED) -> tuple[Ints, Ints]:
    """The two rows with sparse cells put together, by what both hold in sum, so that a test stays exact.

    A cell is sparse where fewer than `least` are expected of it in the smaller row. If all sparse ones together are
    sparse still, the smallest other cell joins them.

    >>> without_sparse([50, 40, 3, 1], [50, 40, 3, 4])
    (array([50, 40,  4]), array([50, 40,  7]))
    """
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    pooled = a + b
    total = int(pooled.sum())
    if not total:
        return a[:0], b[:0]
    expected = pooled * (min(int(a.sum()), int(b.sum())) / total)
    order = np.argsort(-expected, kind="stable")
    cut = int((expected >= least).sum())
    if 0 < cut < len(order) and expected[order[cut:]].sum() < least and pooled[order[cut:]].any():
        cut -= 1
    kept = np.sort(order[:cut])
    rest = order[cut:]
    if not pooled[rest].any():
        return a[kept], b[kept]
    return np.append(a[kept], a[rest].sum()), np.append(b[kept], b[rest].sum())


def permutation_p(a: ArrayLike, b: ArrayLike, rng: np.random.Generator, most: int = 9_999) -> float:
    """p-value of χ² by permuting who belongs to which row: (k + 1)/(n + 1), plus its own standard error.

    A permuted p-value is an estimate; with its error added a lucky draw does not turn into an alarm.

    A permutation of the pooled observations is a draw from the multivariate hypergeometric law, so whole samples need
    not be shuffled. It stops early once the p-value is known to be large (Besag and Clifford 1991, Biometrika 78(2)),
    and is never 0 (Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9).

    Args:
        a: counts, shape (B,).
        b: likewise.
        rng: the source of the draws; a seeded one makes the result repeatable.
        most: draws at most; the smallest possible p-value is 2/(most + 1).

    >>> permutation_p([10, 20], [10, 20], np.random.default_rng(0))
    1.0
    """
    a, b = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    pooled, small = a + b, min(a, b, key=lambda row: int(row.sum()))
    observed = float(chi_square(a, b)[0]) * (1 - 1e-9)  # equal tables count as equal whatever the rounding
    drawn = exceeded = 0
    while drawn < most:
        size = min(FIRST if not drawn else 10 * drawn, most - drawn)
        draws = rng.multivariate_hypergeometric(pooled, int(small.sum()), size=size, method="marginals")
        at_least = chi_square(draws, pooled - draws)[0] >= observed
        hits = np.flatnonzero(at_least)
        if exceeded + len(hits) >= ENOUGH:
            drawn += int(hits[ENOUGH - exceeded - 1]) + 1
            return _with_error(ENOUGH / drawn, drawn)
        drawn, exceeded = drawn + size, exceeded + len(hits)
    return _with_error((exceeded + 1) / (drawn + 1), drawn)


def _with_error(share: float, drawn: int) -> float:
    return min(share + sqrt(share * (1 - share) / drawn), 1.0)


def homogeneity_p(a: ArrayLike, b: ArrayLike, rng: np.random.Generator, most: int = 9_999) -> float:
    """p-value of “both rows come from one distribution”.

    The χ² law where every bin has at least `LEAST_PER_BIN` observations in the smaller row on average, permutation
    below. Until `LARGE_PER_BIN` the law, which is a little too eager in its tail, must be confirmed by permutation
    there: the larger of the two p-values counts.

    >>> homogeneity_p([500, 500], [500, 500], np.random.default_rng(0))
    1.0
    """
    a, b = without_sparse(a, b)
    if len(a) < 2 or not a.sum() or not b.sum():
        return 1.0
    per_bin = min(int(a.sum()), int(b.sum())) / len(a)
    if per_bin < LEAST_PER_BIN:
        return permutation_p(a, b, rng, most)
    law = float(chi_square_p(*chi_square(a, b)))
    if law > UNINTERESTING or per_bin >= LARGE_PER_BIN:
        return law
    return max(law, permutation_p(a, b, rng, most))

"""Distances between two samples of numbers, without bins: Wasserstein, energy, Kolmogorov–Smirnov.

Each takes finite values of any length ≥ 1 and is exact: the integrals run over the steps of the two empirical
distribution functions, O((N + M) log(N + M)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

Floats = NDArray[np.float64]


def wasserstein(x: ArrayLike, y: ArrayLike) -> float:
    """Wasserstein-1 (earth mover's) distance ∫ |F − G|, in the unit of the values.

    Source: Vallender (1974), Theory Probab. Appl. 18(4).

    >>> wasserstein([0.0, 1.0], [1.0, 2.0])
    1.0
    """
    widths, f, g = _steps(x, y)
    return float(np.sum(widths * np.abs(f - g)[:-1]))


def energy(x: ArrayLike, y: ArrayLike) -> float:
    """Energy distance √(2 ∫ (F − G)²), in the square root of the values' unit.

    Source: Székely and Rizzo (2013), J. Stat. Plan. Inference 143(8).

    >>> round(energy([0.0], [2.0]), 6)
    2.0
    """
    widths, f, g = _steps(x, y)
    return float(np.sqrt(2 * np.sum(widths * ((f - g) ** 2)[:-1])))


def ks(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """Kolmogorov–Smirnov: the largest gap between the distribution functions, and its two-sided p-value.

    The p-value is the asymptotic law at √(NM/(N+M))·D with Stephens' correction (0.12 + 0.11/√n_e), good from an
    effective size of about 4 on. Source: Stephens (1970), J. R. Stat. Soc. B 32(1).

    >>> ks([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    (0.0, 1.0)
    """
    _, f, g = _steps(x, y)
    gap = float(np.abs(f - g).max())
    n, m = np.size(x), np.size(y)
    root = np.sqrt(n * m / (n + m))
    return gap, float(special.kolmogorov((root + 0.12 + 0.11 / root) * gap))


def _steps(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Widths between the pooled values, and both distribution functions at them."""
    a, b = np.sort(np.asarray(x, dtype=np.float64)), np.sort(np.asarray(y, dtype=np.float64))
    if not a.size or not b.size:
        raise ValueError("both samples need at least one value")
    pooled = np.sort(np.concatenate([a, b]), kind="stable")
    f = np.searchsorted(a, pooled, side="right") / a.size
    g = np.searchsorted(b, pooled, side="right") / b.size
    return np.diff(pooled), f, g

"""Frozen bins of numbers: placed by the reference's quantiles, with open ends, and counted fast.

Bins that move with every window make scores that cannot be compared over time; bins of equal width let one outlier put
everything into one bin. So the edges are quantiles of the reference and never move. Bin i holds (edge i−1, edge i];
the first begins at −∞ and the last ends at +∞. A value that is an atom (many rows share it) has a bin of its own.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

FEWEST, MOST, ROWS_A_BIN = 4, 10, 20
CHUNK = 16_384
"""Values compared at once: they stay in the processor's cache while all edges pass."""
Ints = NDArray[np.int64]


class Grid(msgspec.Struct, frozen=True):
    """Frozen edges and what the reference has between them.

    Attributes:
        edges: ascending, finite. counts: rows by bin, len(edges) + 1.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]


def bins_for(rows: int) -> int:
    """How many bins a window of so many rows can fill: clamp(rows // 20, 4, 10).

    >>> bins_for(50), bins_for(120), bins_for(5000)
    (4, 6, 10)
    """
    return min(max(rows // ROWS_A_BIN, FEWEST), MOST)


def quantile_grid(ascending: NDArray[np.floating[Any]], bins: int) -> Grid:
    """A grid of at most `bins` bins, equally filled as far as the values allow.

    Args:
        ascending: sorted, finite, float64 or float32, shape (n,); may be empty.
        bins: at least 2.

    >>> quantile_grid(np.arange(1.0, 9.0), 4)
    Grid(edges=(2.0, 4.0, 6.0), counts=(2, 2, 2, 2))
    >>> quantile_grid(np.full(9, 5.0), 4).counts
    (0, 9, 0)
    """
    n = len(ascending)
    if not n:
        return Grid((), (0,))
    ranks = np.ceil(np.arange(1, bins) * (n / bins)).astype(np.int64) - 1
    chosen, repeats = np.unique(ascending[np.maximum(ranks, 0)], return_counts=True)
    atoms = chosen[repeats > 1]
    below = np.nextafter(atoms, -np.inf, dtype=ascending.dtype)
    edges = np.unique(np.concatenate([chosen, below[np.isfinite(below)]]))
    cumulative = np.concatenate([[0], np.searchsorted(ascending, edges, side="right"), [n]])
    return Grid(tuple(map(float, edges)), tuple(map(int, np.diff(cumulative))))


def width_grid(ascending: NDArray[np.floating[Any]], bins: int) -> Grid:
    """A grid of equal widths over the middle 99 % of the values, for pictures.

    >>> width_grid(np.arange(101.0), 4).counts
    (25, 25, 25, 26)
    """
    if not len(ascending):
        return Grid((), (0,))
    low, high = (float(ascending[int(q * (len(ascending) - 1))]) for q in (0.005, 0.995))
    edges = np.unique(np.linspace(low, high, bins + 1)[1:-1]) if np.isfinite(high - low) else np.array([0.0])
    cumulative = np.concatenate([[0], np.searchsorted(ascending, edges, side="right"), [len(ascending)]])
    return Grid(tuple(map(float, edges)), tuple(map(int, np.diff(cumulative))))


def count(values: NDArray[np.floating[Any]], edges: tuple[float, ...]) -> tuple[Ints, int]:
    """Rows by bin, and how many values are not finite.

    Counting comparisons, edge by edge, is several times as fast as finding every value's bin by search: it has no
    branches, runs on vector registers and the values stay in the cache.

    >>> count(np.array([0.0, 1.0, 1.5, 9.0, np.nan]), (1.0, 2.0))
    (array([2, 1, 1]), 1)
    """
    limits = np.array(edges, dtype=values.dtype)
    below = np.zeros(len(edges) + 1, dtype=np.int64)
    infinite = finite = 0
    for start in range(0, len(values), CHUNK):
        chunk = values[start : start + CHUNK]
        known = int(np.count_nonzero(np.isfinite(chunk)))
        finite += known
        if known < len(chunk):
            infinite += int(np.count_nonzero(chunk == -np.inf))
        for i, limit in enumerate(limits):
            below[i] += np.count_nonzero(chunk <= limit)
    below[:-1] -= infinite
    below[-1] = finite
    return np.diff(below, prepend=0), len(values) - finite

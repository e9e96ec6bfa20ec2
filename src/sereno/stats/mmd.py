"""Maximum mean discrepancy: do two sets of vectors come from one distribution, whatever its shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def mmd(x: ArrayLike, y: ArrayLike, width: float | None = None) -> float:
    """Squared MMD, unbiased, with a Gaussian kernel exp(−‖a − b‖²/(2w²)); around 0 without drift, at most 2.

    Source: Gretton et al. (2012), J. Mach. Learn. Res. 13, equation 3.

    Args:
        x: vectors, shape (n, d), n ≥ 2, finite.
        y: vectors, shape (m, d), m ≥ 2.
        width: of the kernel, in the unit of the vectors; None takes the median distance of all pairs.

    >>> mmd([[0.0], [0.1], [0.2]], [[5.0], [5.1], [5.2]]) > 0.5
    True
    """
    kernel, n = _kernel(x, y, width)
    return float(_statistic(kernel, np.arange(len(kernel))[None, :] < n)[0])


def mmd_test(
    x: ArrayLike, y: ArrayLike, rng: np.random.Generator, permutations: int = 499, width: float | None = None
) -> tuple[float, float]:
    """Squared MMD and its p-value by permuting who belongs to which sample: (k + 1)/(n + 1).

    Memory and time grow with (n + m)²: take a sample of some thousand vectors at most.

    Args:
        x: vectors, shape (n, d).
        y: vectors, shape (m, d).
        rng: a seeded one makes the result repeatable.
        permutations: how many.
        width: as in `mmd`.

    Of twenty ways to part six vectors two are as far apart as these:

    >>> far = mmd_test([[0.0], [0.1], [0.2]], [[5.0], [5.1], [5.2]], np.random.default_rng(0))
    >>> round(far[1], 1)
    0.1
    """
    kernel, n = _kernel(x, y, width)
    first = np.arange(len(kernel))[None, :] < n
    observed = float(_statistic(kernel, first)[0])
    shuffled = rng.permuted(np.repeat(first, permutations, axis=0), axis=1)
    exceeded = int((_statistic(kernel, shuffled) >= observed - 1e-12).sum())
    return observed, (exceeded + 1) / (permutations + 1)


def _kernel(x: ArrayLike, y: ArrayLike, width: float | None) -> tuple[Floats, int]:
    """Kernel of all pairs with a zero diagonal, shape (n + m, n + m), and n."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"expected two sets of at least two vectors of one length, not {a.shape} and {b.shape}")
    both = np.concatenate([a, b])
    both = both - both.mean(axis=0)  # distances stay, and squares lose less
    norms = (both * both).sum(axis=1)
    squares = np.maximum(norms[:, None] + norms[None, :] - 2 * both @ both.T, 0.0)
    if width is None:
        width = float(np.sqrt(np.median(squares[np.triu_indices(len(both), 1)]))) or 1.0
    kernel = np.exp(-squares / (2 * width * width))
    np.fill_diagonal(kernel, 0.0)
    return kernel, len(a)


def _statistic(kernel: Floats, first: NDArray[np.bool_]) -> Floats:
    """Squared MMD for every row of membership, shape (k, n + m) to (k,)."""
    inside = first.astype(np.float64)
    within_first = np.einsum("ij,ij->i", inside @ kernel, inside)
    across = inside @ kernel.sum(axis=1) - within_first
    within_second = kernel.sum() - within_first - 2 * across
    n = inside.sum(axis=1)
    m = len(kernel) - n
    out: Floats = within_first / (n * (n - 1)) + within_second / (m * (m - 1)) - 2 * across / (n * m)
    return out

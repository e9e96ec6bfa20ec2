"""Reconstruction error of principal components: rows that break the reference's correlations are rebuilt badly."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
KEPT = 0.65
"""Share of variance that the components keep, as NannyML does by default."""


class Components(msgspec.Struct, frozen=True, eq=False):
    """The reference's principal components.

    Attributes:
        middle: means, shape (d,).
        spread: standard deviations, 1 for constant columns, shape (d,).
        axes: components as rows, shape (k, d), orthonormal.
    """

    middle: Floats
    spread: Floats
    axes: Floats

    def errors(self, rows: ArrayLike) -> Floats:
        """Euclidean distance between each standardised row and its reconstruction, shape (n,)."""
        scaled = (np.asarray(rows, dtype=np.float64) - self.middle) / self.spread
        lost = scaled - scaled @ self.axes.T @ self.axes
        out: Floats = np.sqrt((lost * lost).sum(axis=1))
        return out


def fit_components(rows: ArrayLike, kept: float = KEPT) -> Components:
    """Components that keep a share of the variance of the standardised columns.

    A window drifts where the mean error leaves what the reference's own windows show (mean ± 3 standard deviations).
    Source: Jolliffe (2002), Principal Component Analysis, §6.1; reconstruction error as in NannyML.

    Args:
        rows: shape (n, d), n ≥ 2, finite.
        kept: share of variance, 0–1.

    Raises:
        ValueError: fewer than two rows.

    >>> fitted = fit_components([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    >>> fitted.errors([[3.0, 3.0]]).round(6), fitted.errors([[0.0, 2.0]]).round(3)
    (array([0.]), array([1.732]))
    """
    table = np.asarray(rows, dtype=np.float64)
    if table.ndim != 2 or len(table) < 2:
        raise ValueError(f"expected at least two rows of features, not shape {table.shape}")
    spread = table.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    middle = table.mean(axis=0)
    _, sizes, axes = np.linalg.svd((table - middle) / spread, full_matrices=False)
    energy = sizes * sizes
    total = energy.sum()
    most = int(np.searchsorted(np.cumsum(energy), kept * total * (1 - 1e-12)) + 1) if total > 0 else 0
    return Components(middle, spread, axes[:most])

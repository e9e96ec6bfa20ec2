"""Can a classifier tell the current rows from the reference's? If so they differ, also where no single column does."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sereno.stats.logistic import fit_logistic
from sereno.stats.ranking import roc_auc

Floats = NDArray[np.float64]


def domain_auc(reference: ArrayLike, current: ArrayLike, rng: np.random.Generator, folds: int = 5) -> float:
    """Cross-validated ROC AUC of a logistic regression on the features and their squares: 0.5 without drift, 1 apart.

    Squares let it see a change of spread, where no mean has moved.
    Source: Lopez-Paz and Oquab, Revisiting classifier two-sample tests, ICLR 2017.

    Args:
        reference: rows, shape (n, d), finite.
        current: rows, shape (m, d).
        rng: deals rows to folds; a seeded one makes the result repeatable.
        folds: at least 2; every one needs rows of both.

    Raises:
        ValueError: the shapes do not fit, or there are fewer rows than folds.

    >>> rows = np.arange(20.0)[:, None]
    >>> domain_auc(rows, rows + 100, np.random.default_rng(0))
    1.0
    """
    a, b = np.asarray(reference, dtype=np.float64), np.asarray(current, dtype=np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise ValueError(f"expected rows of one length, not {a.shape} and {b.shape}")
    if min(len(a), len(b)) < folds:
        raise ValueError(f"{min(len(a), len(b))} rows cannot be dealt to {folds} folds")
    rows = np.concatenate([a, b])
    spread = rows.std(axis=0)
    rows = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    rows = np.concatenate([rows, rows * rows], axis=1)
    labels = np.append(np.zeros(len(a)), np.ones(len(b)))
    fold = np.concatenate([rng.permutation(np.arange(len(part)) % folds) for part in (a, b)])
    areas = []
    for number in range(folds):
        out = fold == number
        fitted = fit_logistic(rows[~out], labels[~out])
        areas.append(roc_auc(fitted.scores(rows[out]), labels[out]))
    return float(np.mean(areas))


def auc_p(area: float, n: int, m: int) -> float:
    """One-sided p-value of an AUC against 0.5, by the normal law of Mann and Whitney's U.

    Source: Mann and Whitney (1947), Ann. Math. Stat. 18(1).

    >>> round(auc_p(0.5, 100, 100), 3), auc_p(0.7, 100, 100) < 1e-5
    (0.5, True)
    """
    return float(special.ndtr(-(area - 0.5) / np.sqrt((n + m + 1) / (12 * n * m))))

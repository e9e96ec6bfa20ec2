"""ROC AUC, of labels that are known and of labels that are only probable."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def roc_auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC curve: the chance that a positive scores above a negative, ties counting half; 0–1.

    The labels may be probabilities of being positive; the area is then the expected one, with every row counted as both
    (the estimator of CBPE). NaN where there are no positives or no negatives.

    Source: Bamber (1975), J. Math. Psychol. 12(4).

    Args:
        scores: shape (n,), finite.
        labels: 0, 1 or a probability between, shape (n,).

    >>> roc_auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])
    0.75
    >>> roc_auc([0.2, 0.8], [0.0, 0.0])
    nan
    """
    values, weights = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    values, positive = values[order], weights[order]
    starts = np.flatnonzero(np.append(True, np.diff(values) > 0)) if len(values) else np.array([], dtype=np.int64)
    if not len(starts):
        return float("nan")
    up = np.add.reduceat(positive, starts)
    down = np.add.reduceat(1 - positive, starts)
    total = up.sum() * down.sum()
    below = np.cumsum(down) - down
    return float((up * (below + down / 2)).sum() / total) if total > 0 else float("nan")

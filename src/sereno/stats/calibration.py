"""Scores to probabilities: isotonic regression, used only where it helps."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS, FOLDS = 10, 3


class Calibration(msgspec.Struct, frozen=True, eq=False):
    """A monotone map of scores to probabilities, linear between its points and flat beyond them.

    Attributes:
        scores: ascending, shape (k,). probabilities: not descending, shape (k,); both empty for the identity.
    """

    scores: Floats
    probabilities: Floats

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities of scores."""
        if not len(self.scores):
            return scores
        return np.interp(scores, self.scores, self.probabilities)


IDENTITY = Calibration(np.empty(0), np.empty(0))


def isotonic(scores: Floats, labels: Floats) -> Calibration:
    """The monotone map with the least squared error, by pooling adjacent violators; O(n log n).

    Source: Barlow, Bartholomew, Bremner and Brunk (1972), Statistical Inference under Order Restrictions; for scores:
    Zadrozny and Elkan (2002), KDD.

    Args:
        scores: shape (n,), n ≥ 1, finite.
        labels: 0 or 1, shape (n,).

    >>> isotonic(np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 1.0, 0.0, 1.0])).probabilities
    array([0. , 0.5, 0.5, 1. ])
    """
    unique, at = np.unique(scores, return_inverse=True)
    weights = np.bincount(at).astype(np.float64)
    means = np.bincount(at, weights=labels) / weights
    value: list[float] = []
    weight: list[float] = []
    width: list[int] = []
    for mean, rows in zip(means.tolist(), weights.tolist(), strict=True):
        value.append(mean)
        weight.append(rows)
        width.append(1)
        while len(value) > 1 and value[-2] >= value[-1]:
            m, w, k = value.pop(), weight.pop(), width.pop()
            value[-1] = (value[-1] * weight[-1] + m * w) / (weight[-1] + w)
            weight[-1] += w
            width[-1] += k
    ends = np.cumsum(width) - 1
    firsts = ends - np.array(width) + 1
    kept = np.unique(np.concatenate([firsts, ends]))  # a block is flat: its two ends say all
    return Calibration(unique[kept], np.repeat(value, width)[kept])


def calibrate(scores: Floats, labels: Floats) -> Calibration:
    """Isotonic calibration if, on rows held out, it lowers the calibration error; else the scores as they are.

    Rows are held out in turn, every third one.

    >>> scores = np.linspace(0.0, 0.5, 90)  # says 0.5 where it is sure
    >>> calibrate(scores, (scores > 0.25).astype(float))(np.array([0.1, 0.45]))
    array([0., 1.])
    """
    rows = np.arange(len(scores))
    after = np.empty(len(scores))
    for fold in range(FOLDS):
        out = rows % FOLDS == fold
        if out.all() or not out.any():
            return IDENTITY
        after[out] = isotonic(scores[~out], labels[~out])(scores[out])
    as_they_are = (
        (scores >= 0).all()
        and (scores <= 1).all()
        and calibration_error(scores, labels) <= calibration_error(after, labels)
    )
    return IDENTITY if as_they_are else isotonic(scores, labels)


def calibration_error(probabilities: Floats, labels: Floats, bins: int = BINS) -> float:
    """Expected calibration error: the mean gap between what is promised and what comes, over bins of equal width.

    Source: Naeini, Cooper and Hauskrecht (2015), AAAI.

    >>> calibration_error(np.array([0.5, 0.5]), np.array([0.0, 1.0]))
    0.0
    """
    at = np.clip((probabilities * bins).astype(np.int64), 0, bins - 1)
    gaps = np.bincount(at, weights=probabilities - labels, minlength=bins)
    return float(np.abs(gaps).sum() / max(len(at), 1))

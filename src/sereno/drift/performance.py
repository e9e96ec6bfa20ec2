"""How well a classifier does where labels have not come yet: confidence-based performance estimation (CBPE).

If scores are calibrated on the reference and the concept has not changed, a row's score says how probably its
prediction is right. Sums of that over a chunk estimate what accuracy, precision, recall, F1 and ROC AUC will turn out
to be. Where labels are there, the realised figures stand beside them.

Source: confidence-based estimation as in Guillory et al., Predicting with confidence on unseen distributions, ICCV
2021, and the definition that NannyML documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sereno.drift.chunks import spans
from sereno.stats.calibration import Calibration, calibrate
from sereno.stats.ranking import roc_auc

Floats = NDArray[np.float64]
THRESHOLD = 0.5
"""Without predictions a score from here on is a positive one."""
LEAST_LABELS = 30


class Figures(msgspec.Struct, frozen=True):
    """Of a binary classifier, each 0–1; None where it is not defined.

    Attributes:
        roc_auc: area under the ROC curve. accuracy: share of right predictions. precision: share of right ones among
            the positive predictions. recall: share of positives that were found. f1: harmonic mean of the two.
    """

    roc_auc: float | None
    accuracy: float | None
    precision: float | None
    recall: float | None
    f1: float | None


class PerformanceChunk(msgspec.Struct, frozen=True):
    """One chunk.

    Attributes:
        chunk: its number, from 0. start, end: rows [start, end). rows: of them, with a score.
        labelled: rows with a label. estimated: without labels. realised: of the rows with one; None without any.
    """

    chunk: int
    start: int
    end: int
    rows: int
    labelled: int
    estimated: Figures
    realised: Figures | None


def fit(scores: Floats, labels: Floats) -> Calibration:
    """Calibrate on the reference.

    Args:
        scores: of being positive, any monotone scale, shape (n,).
        labels: 0 or 1, NaN where unknown.

    Raises:
        ValueError: fewer than `LEAST_LABELS` rows have both, or all labels are equal, or a label is neither 0 nor 1.
    """
    known = np.isfinite(scores) & np.isfinite(labels)
    seen = set(np.unique(labels[known]).tolist())
    if not seen <= {0.0, 1.0}:
        raise ValueError(f"a label must be 0 or 1; there is {min(seen - {0.0, 1.0}):g}")
    if int(known.sum()) < LEAST_LABELS:
        raise ValueError(f"{int(known.sum())} rows of the reference have score and label, at least {LEAST_LABELS} must")
    if len(seen) < 2:
        raise ValueError("all labels of the reference are equal; it takes both to calibrate")
    return calibrate(scores[known], labels[known])


def estimate(
    calibration: Calibration, scores: Floats, size: int, predictions: Floats | None = None, labels: Floats | None = None
) -> Iterator[PerformanceChunk]:
    """Chunk after chunk of `size` rows.

    Args:
        calibration: of the reference.
        scores: shape (n,), NaN where missing.
        size: rows a chunk.
        predictions: 0 or 1, shape (n,); None takes scores from 0.5 on for positive.
        labels: 0 or 1, NaN where not yet known, shape (n,); None if none are.

    >>> (chunk,) = estimate(calibrate(np.empty(0), np.empty(0)), np.array([0.75, 0.25]), size=2)
    >>> chunk.estimated.accuracy, chunk.realised is None
    (0.75, True)
    """
    predicted = (scores >= THRESHOLD).astype(np.float64) if predictions is None else predictions
    truth = np.full(len(scores), np.nan) if labels is None else labels
    usable = np.isfinite(scores) & np.isfinite(predicted)
    for number, (start, end) in enumerate(spans(len(scores), size)):
        rows = np.flatnonzero(usable[start:end]) + start
        labelled = rows[np.isfinite(truth[rows])]
        yield PerformanceChunk(
            chunk=number, start=start, end=end, rows=len(rows), labelled=len(labelled),
            estimated=figures(scores[rows], predicted[rows], calibration(scores[rows])),
            realised=figures(scores[labelled], predicted[labelled], truth[labelled]) if len(labelled) else None,
        )  # fmt: skip


def figures(scores: Floats, predicted: Floats, positive: Floats) -> Figures:
    """The figures of rows whose chance of being positive is known: 0 or 1 for a label, between for an estimate.

    >>> figures(np.array([0.75, 0.25]), np.array([1.0, 0.0]), np.array([0.75, 0.25])).accuracy
    0.75
    """
    if not len(scores):
        return Figures(None, None, None, None, None)
    true_positives = float((predicted * positive).sum())
    true_negatives = float(((1 - predicted) * (1 - positive)).sum())
    said, are = float(predicted.sum()), float(positive.sum())
    area = roc_auc(scores, positive)
    return Figures(
        roc_auc=None if np.isnan(area) else area,
        accuracy=(true_positives + true_negatives) / len(scores),
        precision=true_positives / said if said else None,
        recall=true_positives / are if are else None,
        f1=2 * true_positives / (said + are) if said + are else None,
    )


def performance_json(found: PerformanceChunk) -> dict[str, Any]:
    """`{"chunk", "start", "end", "n", "n_labelled", "roc_auc_estimated", "roc_auc_realised", …}`."""
    row: dict[str, Any] = {
        "chunk": found.chunk, "start": found.start, "end": found.end, "n": found.rows, "n_labelled": found.labelled
    }  # fmt: skip
    for name in Figures.__struct_fields__:
        row[f"{name}_estimated"] = getattr(found.estimated, name)
        row[f"{name}_realised"] = getattr(found.realised, name) if found.realised is not None else None
    return row

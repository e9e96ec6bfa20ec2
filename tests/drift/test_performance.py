"""CBPE: right where its assumption holds, silent on what is not defined, a sentence for what cannot be calibrated."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sereno.drift.performance import estimate, figures, fit, performance_json

Floats = NDArray[np.float64]


def drawn(rng: np.random.Generator, n: int, mean: float) -> tuple[Floats, Floats]:
    """Scores that are the true chances, and labels drawn by them."""
    chances = 1 / (1 + np.exp(-2 * rng.normal(mean, 1, n)))
    return chances, (rng.random(n) < chances).astype(float)


@pytest.mark.parametrize("mean", [0.0, -1.0, 1.0])
def test_estimates_without_labels_are_right(mean: float) -> None:
    rng = np.random.default_rng(1)
    calibration = fit(*drawn(rng, 20_000, 0.0))
    scores, labels = drawn(rng, 20_000, mean)
    found = next(estimate(calibration, scores, 20_000, labels=labels))
    assert found.realised is not None
    for name in ("roc_auc", "accuracy", "precision", "recall", "f1"):
        # 20,000 rows: the realised figure itself has a standard error of about 0.004.
        assert getattr(found.estimated, name) == pytest.approx(getattr(found.realised, name), abs=0.02)


def test_with_labels_they_are_the_textbook_figures() -> None:
    predicted, truth = np.array([1.0, 1, 1, 0, 0, 0]), np.array([1.0, 1, 0, 1, 0, 0])
    found = figures(np.array([0.9, 0.8, 0.7, 0.6, 0.2, 0.1]), predicted, truth)
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(2 / 3)
    assert found.roc_auc == pytest.approx(8 / 9)


def test_what_is_not_defined_is_none() -> None:
    found = figures(np.array([0.1, 0.2]), np.zeros(2), np.zeros(2))
    assert (found.roc_auc, found.precision, found.recall, found.f1, found.accuracy) == (None, None, None, None, 1.0)
    assert figures(np.empty(0), np.empty(0), np.empty(0)).accuracy is None


def test_rows_without_a_score_and_labels_that_have_not_come() -> None:
    calibration = fit(*drawn(np.random.default_rng(2), 100, 0.0))
    scores = np.array([0.9, np.nan, 0.2, 0.4])
    labels = np.array([1.0, 1.0, np.nan, np.nan])
    first, second = estimate(calibration, scores, 2, labels=labels)
    assert (first.rows, first.labelled, second.rows, second.labelled) == (1, 1, 2, 0)
    assert performance_json(second)["accuracy_realised"] is None
    assert performance_json(second)["accuracy_estimated"] is not None


@pytest.mark.parametrize(
    ("labels", "message"),
    [([0.0] * 40, "all labels"), ([0.0, 1.0] * 5, "at least 30"), ([0.0, 2.0] * 20, "must be 0 or 1; there is 2")],
)
def test_what_cannot_be_calibrated(labels: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit(np.linspace(0, 1, len(labels)), np.array(labels))

"""Calibration and ROC AUC: identities, and probabilities that are known because they were drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import isotonic_regression
from scipy.stats import mannwhitneyu

from sereno.stats.calibration import calibrate, calibration_error, isotonic
from sereno.stats.ranking import roc_auc

ROWS = st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=1, max_size=60)


@given(ROWS)
def test_isotonic_is_scipys(rows: list[tuple[int, bool]]) -> None:
    scores = np.array([row[0] / 20 for row in rows])
    labels = np.array([float(row[1]) for row in rows])
    unique, at = np.unique(scores, return_inverse=True)
    weights = np.bincount(at)
    expected = isotonic_regression(np.bincount(at, weights=labels) / weights, weights=weights).x
    assert isotonic(scores, labels)(unique) == pytest.approx(expected, abs=1e-9)


def test_a_distorted_score_is_put_right() -> None:
    rng = np.random.default_rng(0)
    truth = rng.random(20_000)
    labels = (rng.random(20_000) < truth).astype(float)
    probable = calibrate(truth**3, labels)(truth**3)
    assert np.abs(probable - truth).mean() < 0.02


def test_a_calibrated_score_is_left_alone() -> None:
    rng = np.random.default_rng(1)
    truth = np.round(rng.random(300), 2)
    labels = (rng.random(300) < truth).astype(float)
    assert calibration_error(calibrate(truth, labels)(truth), labels) <= calibration_error(truth, labels) + 1e-12


@given(ROWS)
def test_auc_is_mann_and_whitneys(rows: list[tuple[int, bool]]) -> None:
    scores, labels = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    found = roc_auc(scores, labels)
    if labels.all() or not labels.any():
        assert np.isnan(found)
    else:
        u = mannwhitneyu(scores[labels], scores[~labels], method="asymptotic").statistic
        assert found == pytest.approx(u / (labels.sum() * (~labels).sum()))

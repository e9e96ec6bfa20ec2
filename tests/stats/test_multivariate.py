"""MMD, domain classifier, reconstruction error: they stay quiet without drift and see what single columns cannot."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from sereno.stats.domain_classifier import auc_p, domain_auc
from sereno.stats.logistic import fit_logistic
from sereno.stats.mmd import mmd, mmd_test
from sereno.stats.pca import fit_components

Floats = NDArray[np.float64]


def correlated(rng: np.random.Generator, n: int, rho: float) -> Floats:
    """Standard normal columns with a correlation."""
    return rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], n)


def test_mmd_by_its_definition() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(4, 3))

    def k(a: Floats, b: Floats) -> float:
        return float(np.exp(-((a - b) ** 2).sum() / (2 * 1.5**2)))

    within_x = sum(k(x[i], x[j]) for i in range(5) for j in range(5) if i != j) / 20
    within_y = sum(k(y[i], y[j]) for i in range(4) for j in range(4) if i != j) / 12
    across = sum(k(a, b) for a in x for b in y) / 20
    assert mmd(x, y, width=1.5) == pytest.approx(within_x + within_y - 2 * across)


def test_mmd_alarms_as_often_as_asked() -> None:
    # Evidently's bootstrap alarms in 100 % of the windows here, an ordinary permutation test in 6 %.
    rng = np.random.default_rng(1)
    alarms = sum(mmd_test(rng.normal(size=(60, 16)), rng.normal(size=(60, 16)), rng, 99)[1] <= 0.05 for _ in range(100))
    assert alarms <= 16  # 5 expected; 5 standard deviations


def test_mmd_sees_a_shift() -> None:
    rng = np.random.default_rng(2)
    assert mmd_test(rng.normal(size=(150, 16)), rng.normal(0.3, 1, size=(150, 16)), rng, 199)[1] <= 0.01


def test_mmd_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="vectors of one length"):
        mmd([[1.0], [2.0]], [[1.0, 2.0], [2.0, 3.0]])


def test_logistic_regression_finds_the_coefficients() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(40_000, 2)) * [1.0, 10.0] + [0.0, 5.0]
    labels = (rng.random(40_000) < 1 / (1 + np.exp(-(1.5 * x[:, 0] - 0.05 * x[:, 1] + 0.3)))).astype(float)
    fitted = fit_logistic(x, labels)
    assert fitted.weights == pytest.approx([1.5, -0.05], abs=0.06)
    assert fitted.bias == pytest.approx(0.3, abs=0.06)


def test_separable_classes_stay_finite() -> None:
    fitted = fit_logistic(np.array([[0.0], [1.0]]), np.array([0.0, 1.0]))
    assert np.isfinite(fitted.weights).all()


def test_the_classifier_is_at_chance_without_drift() -> None:
    rng = np.random.default_rng(4)
    found = [domain_auc(rng.normal(size=(300, 4)), rng.normal(size=(300, 4)), rng) for _ in range(10)]
    assert np.mean(found) == pytest.approx(0.5, abs=0.03)


def test_the_classifier_sees_a_change_of_spread() -> None:
    rng = np.random.default_rng(5)
    assert domain_auc(rng.normal(size=(400, 4)), rng.normal(0, 1.6, size=(400, 4)), rng) > 0.7


def test_the_classifier_refuses_too_few_rows() -> None:
    with pytest.raises(ValueError, match="folds"):
        domain_auc(np.zeros((3, 2)), np.zeros((3, 2)), np.random.default_rng(0))


def test_auc_p_is_the_law_of_mann_and_whitney() -> None:
    # U = AUC·n·m has mean nm/2 and variance nm(n + m + 1)/12.
    z = (0.6 - 0.5) * 50 * 40 / np.sqrt(50 * 40 * 91 / 12)
    assert auc_p(0.6, 50, 40) == pytest.approx(norm.sf(z))


def test_reconstruction_sees_a_broken_correlation() -> None:
    rng = np.random.default_rng(6)
    fitted = fit_components(correlated(rng, 2000, 0.95), kept=0.65)
    same, broken = fitted.errors(correlated(rng, 1000, 0.95)), fitted.errors(correlated(rng, 1000, 0.0))
    assert broken.mean() > 3 * same.mean()  # each column alone has not moved


def test_all_components_lose_nothing() -> None:
    rows = np.random.default_rng(7).normal(size=(50, 4))
    assert fit_components(rows, kept=1.0).errors(rows) == pytest.approx(np.zeros(50), abs=1e-9)

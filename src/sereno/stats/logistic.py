"""Logistic regression, small and sure: a ridge penalty, standardised features, Newton's method."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MOST_STEPS = 25
TOLERANCE = 1e-8


class Logistic(msgspec.Struct, frozen=True, eq=False):
    """P(1 | x) = 1/(1 + exp(−(x·weights + bias))).

    Attributes:
        weights: in the unit of the features, shape (d,).
        bias: the log-odds at x = 0.
    """

    weights: Floats
    bias: float

    def scores(self, x: Floats) -> Floats:
        """Log-odds of being 1, shape (n,)."""
        return x @ self.weights + self.bias


def fit_logistic(x: Floats, labels: Floats, penalty: float = 1.0) -> Logistic:
    """Fit by iteratively reweighted least squares.

    Source: McCullagh and Nelder (1989), Generalized Linear Models, §4.4.

    Args:
        x: features, shape (n, d), finite.
        labels: 0 or 1, shape (n,).
        penalty: λ of λ/2·‖weights‖² on standardised features; it keeps separable data finite.

    >>> fitted = fit_logistic(np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0]))
    >>> bool(fitted.weights[0] > 0), round(float(fitted.scores(np.array([[1.5]]))[0]), 6)
    (True, 0.0)
    """
    middle, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    design = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    ridge = np.append(np.full(x.shape[1], penalty), 1e-9)
    beta = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        probable = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        slope = design.T @ (labels - probable) - ridge * beta
        curve = (design * (probable * (1 - probable))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        beta = beta + step
        if np.abs(step).max() < TOLERANCE:
            break
    weights = beta[:-1] / spread
    return Logistic(weights, float(beta[-1] - weights @ middle))

"""Distances between two discrete distributions, and the smoothing that makes them finite.

Every function takes probabilities along the last axis (non-negative, each row summing to 1; `jeffreys` makes them from
counts) and works on stacks of any leading shape. Natural logarithms (nats) unless it says bits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def shares(counts: ArrayLike) -> Floats:
    """Counts as shares of their sum, unsmoothed; all zero where there is nothing.

    >>> shares([1, 3])
    array([0.25, 0.75])
    """
    table = np.asarray(counts, dtype=np.float64)
    total = table.sum(axis=-1, keepdims=True)
    out: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return out


def smoothed(counts: ArrayLike, pseudo: float) -> Floats:
    """Probabilities with `pseudo` observations added to every bin: (n_j + a) / (N + a·B).

    >>> smoothed([0, 3], 1)
    array([0.2, 0.8])
    """
    table = np.asarray(counts, dtype=np.float64) + pseudo
    out: Floats = table / table.sum(axis=-1, keepdims=True)
    return out


def jeffreys(counts: ArrayLike) -> Floats:
    """Probabilities under Jeffreys' prior: half an observation more in every bin.

    Bounded and scale-aware, unlike a fixed ε, whose choice decides what PSI says of an empty bin.
    Source: Krichevsky and Trofimov (1981), IEEE Trans. Inf. Theory 27(2).

    >>> jeffreys([0, 3])
    array([0.125, 0.875])
    """
    return smoothed(counts, 0.5)


def kl(p: ArrayLike, q: ArrayLike) -> Floats:
    """Kullback–Leibler divergence KL(p‖q) = Σ p ln(p/q), in nats: what p is surprised by when q is expected.

    Drift is told as KL(current‖reference). Infinite where q is 0 and p is not.
    Source: Kullback and Leibler (1951), Ann. Math. Stat. 22(1).

    >>> float(kl([0.5, 0.5], [0.25, 0.75]).round(6))
    0.143841
    """
    p, q = np.broadcast_arrays(np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log(p / q), 0.0)
    out: Floats = terms.sum(axis=-1)
    return out


def psi(p: ArrayLike, q: ArrayLike) -> Floats:
    """Population stability index Σ (p − q) ln(p/q) = KL(p‖q) + KL(q‖p), in nats; symmetric.

    Infinite where one is 0 and the other is not.
    Source: Lewis (1994), An Introduction to Credit Scoring; the symmetric form is Jeffreys (1946).

    >>> float(psi([0.5, 0.5], [0.25, 0.75]).round(6))
    0.274653
    """
    return kl(p, q) + kl(q, p)


def psi_bias(bins: ArrayLike, n: ArrayLike, m: ArrayLike) -> Floats:
    """What PSI is on average where nothing drifted: (B − 1)(1/N + 1/M).

    Source: Yurdakul and Naranjo, Statistical properties of the population stability index, J. Risk Model Validation
    14(4), 2020.

    Args:
        bins: how many bins hold anything.
        n: observations in one sample.
        m: observations in the other.

    >>> float(psi_bias(10, 1000, 200).round(6))
    0.054
    """
    freedom = np.asarray(bins, dtype=np.float64) - 1
    out: Floats = np.asarray(freedom * (1 / np.asarray(n, dtype=np.float64) + 1 / np.asarray(m, dtype=np.float64)))
    return out


def js(p: ArrayLike, q: ArrayLike) -> Floats:
    """Jensen–Shannon divergence in bits, 0 (equal) to 1 (nothing in common); symmetric.

    Source: Lin (1991), IEEE Trans. Inf. Theory 37(1).

    >>> float(js([1.0, 0.0], [0.0, 1.0])), float(js([0.5, 0.5], [0.5, 0.5]))
    (1.0, 0.0)
    """
    p, q = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    middle = (p + q) / 2
    out: Floats = np.clip((kl(p, middle) + kl(q, middle)) / (2 * np.log(2)), 0.0, 1.0)
    return out


def js_distance(p: ArrayLike, q: ArrayLike) -> Floats:
    """Square root of `js`: a metric, 0 to 1. SciPy's `jensenshannon(base=2)` is this one.

    Source: Endres and Schindelin (2003), IEEE Trans. Inf. Theory 49(7).

    >>> float(js_distance([1.0, 0.0], [0.0, 1.0]))
    1.0
    """
    out: Floats = np.sqrt(js(p, q))
    return out


def hellinger(p: ArrayLike, q: ArrayLike) -> Floats:
    """Hellinger distance √(½ Σ (√p − √q)²), 0 to 1.

    >>> float(hellinger([1.0, 0.0], [0.0, 1.0]))
    1.0
    """
    gap = np.sqrt(np.asarray(p, dtype=np.float64)) - np.sqrt(np.asarray(q, dtype=np.float64))
    out: Floats = np.sqrt(np.sum(gap * gap, axis=-1) / 2)
    return out


def total_variation(p: ArrayLike, q: ArrayLike) -> Floats:
    """Total variation distance ½ Σ |p − q|, 0 to 1: the share that would have to move.

    >>> float(total_variation([0.5, 0.5], [0.25, 0.75]))
    0.25
    """
    out: Floats = np.abs(np.asarray(p, dtype=np.float64) - np.asarray(q, dtype=np.float64)).sum(axis=-1) / 2
    return out


def chebyshev(p: ArrayLike, q: ArrayLike) -> Floats:
    """Chebyshev distance max |p − q| (L∞), 0 to 1: the share of the bin that changed most.

    >>> float(chebyshev([0.5, 0.5, 0.0], [0.25, 0.5, 0.25]))
    0.25
    """
    out: Floats = np.abs(np.asarray(p, dtype=np.float64) - np.asarray(q, dtype=np.float64)).max(axis=-1)
    return out

"""Which series move together, and which first: with as many independent values as series with memory really have."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtr
from scipy.stats import false_discovery_control

Floats = NDArray[np.float64]


class Together(NamedTuple):
    """Two rows that move together.

    Attributes:
        first, second: row numbers, first < second. rho: Spearman's. low, high: its 95 % interval.
        p_value: corrected for all pairs (Benjamini–Hochberg). worth: independent values that the pair has.
    """

    first: int
    second: int
    rho: float
    low: float
    high: float
    p_value: float
    worth: float


class Lead(NamedTuple):
    """A row that moves before another.

    Attributes:
        leader, follower: row numbers. lag: columns by which it leads, > 0. rho: correlation at that lag.
        p_value: corrected for all lags and pairs.
    """

    leader: int
    follower: int
    lag: int
    rho: float
    p_value: float


def correlated(rows: Floats, *, alpha: float) -> list[Together]:
    """Pairs of rows whose rank correlation is no chance, the surest first.

    Spearman's ρ; a pair counts as N* values, 1/N* = 1/N + 2/N · Σⱼ (1 − j/N) r₁(j) r₂(j) over lags up to N/3 (Pyper and
    Peterman 1998), so that two slow or trending series are not called related for that alone.

    Args:
        rows: shape (series, n), n ≥ 8, no NaN.
        alpha: false discovery rate over the pairs.
    """
    count, n = rows.shape
    if count < 2:
        return []
    ranks = _standardised(np.argsort(np.argsort(rows, axis=1, kind="stable"), axis=1, kind="stable").astype(np.float64))
    rho = np.clip(ranks @ ranks.T / n, -1.0, 1.0)
    lags = np.arange(1, n // 3)
    memory = np.stack([np.einsum("ij,ij->i", ranks[:, lag:], ranks[:, :-lag]) / n for lag in lags], axis=1)
    overlap = (memory * (1.0 - lags / n)) @ memory.T
    worth = np.clip(n / np.maximum(1.0 + 2.0 * overlap, 1e-9), 3.0, n)
    i, j = np.triu_indices(count, 1)
    strength, pairs = rho[i, j], worth[i, j]
    with np.errstate(divide="ignore"):
        score = np.abs(strength) * np.sqrt((pairs - 2.0) / np.maximum(1.0 - strength**2, 1e-12))
    p_values = np.asarray(false_discovery_control(2.0 * stdtr(pairs - 2.0, -score)))
    kept = np.flatnonzero(p_values < alpha)
    kept = kept[np.lexsort((kept, -np.abs(strength[kept]), p_values[kept]))]
    half = 1.96 / np.sqrt(np.maximum(pairs - 3.0, 0.5))
    middle = np.arctanh(np.clip(strength, -0.999999, 0.999999))
    return [
        Together(
            int(i[k]),
            int(j[k]),
            float(strength[k]),
            float(np.tanh(middle[k] - half[k])),
            float(np.tanh(middle[k] + half[k])),
            float(p_values[k]),
            float(pairs[k]),
        )
        for k in kept
    ]


def leads(rows: Floats, *, alpha: float, longest: int) -> list[Lead]:
    """Pairs of rows of which one moves before the other, the surest first.

    Each row is freed of its own memory (differences from φ times the value before; Box and Jenkins' prewhitening), then
    correlated with every other at every lag; under chance a correlation at one lag is normal with variance 1/n. The
    best lag's p-value is corrected for all lags, then over the pairs (Benjamini–Hochberg). A pair whose correlation at
    lag 0 is nearly as strong does not lead.

    Args:
        rows: shape (series, n), no NaN.
        alpha: false discovery rate over the pairs.
        longest: lag that is looked at, in columns.
    """
    count, n = rows.shape
    if count < 2 or n < 16:
        return []
    centred = _standardised(rows)
    phi = np.einsum("ij,ij->i", centred[:, 1:], centred[:, :-1]) / n
    white = centred[:, 1:] - np.clip(phi, 0.0, 1.0)[:, None] * centred[:, :-1]
    scale = 1.4826 * np.median(np.abs(white - np.median(white, axis=1, keepdims=True)), axis=1, keepdims=True)
    white = _standardised(np.clip(white, -5 * scale, 5 * scale))
    width = white.shape[1]
    now = white @ white.T / width
    best, at = np.zeros((count, count)), np.zeros((count, count), dtype=np.intp)
    for lag in range(1, min(longest, width - 8) + 1):
        at_lag = white[:, :-lag] @ white[:, lag:].T / width  # row i leads row j
        better = np.abs(at_lag) > np.abs(best)
        best, at = np.where(better, at_lag, best), np.where(better, lag, at)
    i, j = np.nonzero((np.abs(best) > np.abs(best.T)) & (at > 0))
    if len(i) == 0:
        return []
    strength, delay = best[i, j], at[i, j]
    score = np.abs(strength) * width / np.sqrt(width - delay)
    p_values = np.minimum(1.0, 2.0 * ndtr(-score) * 2 * longest)
    p_values = np.asarray(false_discovery_control(p_values))
    clear = np.abs(strength) > np.abs(now[i, j]) + 2.0 / np.sqrt(width)
    kept = np.flatnonzero((p_values < alpha) & clear)
    kept = kept[np.lexsort((kept, -np.abs(strength[kept]), p_values[kept]))]
    return [Lead(int(i[k]), int(j[k]), int(delay[k]), float(strength[k]), float(p_values[k])) for k in kept]


def _standardised(rows: Floats) -> Floats:
    centred = rows - rows.mean(axis=1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    return np.asarray(np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0))

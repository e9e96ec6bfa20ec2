"""How rare a value is, judged by the tail of its own kind: heavy tails are let be heavy, light ones light."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from sereno.stats.robust import quantiles

Floats = NDArray[np.float64]
FEWEST = 20
"""Below this many values on a side no tail can be learned."""
INNER = np.append(np.linspace(0.2, 0.8, 13), [0.86, 0.92])
OUTER = np.append(np.linspace(0.2, 0.8, 25), [0.84, 0.88, 0.91, 0.94, 0.96, 0.975])
FARTHEST = np.append(OUTER, [0.985, 0.99, 0.995])
"""Quantiles that bound the cells, for few, many and very many values."""
BOLDNESS = 0.65
"""Chosen by simulation: spikes of ten spreads are found, Student's t(5) is not called wild."""
WILD = 5.0
"""Spreads beyond which a share of values is suspicious."""
NEAR, FEW = 2.0, 256
"""Scales within which nothing is rare; so many distances are judged one by one."""
FREEDOMS = np.array([1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 16.0, 30.0, 100.0, 1e6])
PRIOR = np.array([0.01, 0.02, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.12, 0.15, 0.15, 0.15])
"""What is expected before any value is seen: mostly light tails, heavy ones possible."""
SCALES = np.geomspace(0.5, 2.0, 17)
_LOG_REACH = np.linspace(-7.0, 16.0, 1400)
_SURVIVAL = np.stack([np.maximum(2 * stdtr(nu, -np.exp(_LOG_REACH)), 1e-290) for nu in FREEDOMS])
_LOG_SURVIVAL = np.log(_SURVIVAL)


class Tail(NamedTuple):
    """The posterior of one side's law: weights over Student laws of `FREEDOMS` and scales.

    Attributes:
        weights: shape (laws,). freedoms: index into `FREEDOMS`. scales: in the unit of the values. share: of the
            values that lie on this side.
    """

    weights: Floats
    freedoms: NDArray[np.intp]
    scales: Floats
    share: float

    def chance(self, values: Floats) -> Floats:
        """P(X ≥ value) for values on this side (> 0), shape (n,).

        Between the posterior's average chance (careful: one heavy law that cannot be excluded decides it) and that of
        its average log chance (bold: the laws that fit best decide it); the share of the latter is `BOLDNESS`.
        """
        place = (self.freedoms[:, None], _place(np.log(np.maximum(values, 1e-300)), self.scales))
        log_average = self.weights @ _LOG_SURVIVAL[place]
        careful = np.log(np.maximum(self.weights @ _SURVIVAL[place], 1e-300))
        return np.asarray(np.exp(BOLDNESS * log_average + (1 - BOLDNESS) * careful) * self.share)

    def beyond(self, distances: Floats, chance: float) -> NDArray[np.intp]:
        """Where distances are that are passed with less than this chance, which is small."""
        far = np.flatnonzero(distances > NEAR * float(self.scales.min()))
        if len(far) <= FEW:
            return far[self.chance(distances[far]) < chance]
        return np.flatnonzero(distances > self.reach(chance))

    def usual(self, chance: float) -> float:
        """The distance that ordinary values pass with this chance."""
        return self.reach(chance)

    def reach(self, chance: float) -> float:
        """The value that is passed with this chance: the inverse of `chance`."""
        low, high = 0.0, 16.0
        middle = float(np.median(self.scales))
        for _ in range(3):  # three times a grid of 64, finer each time
            grid = np.linspace(low, high, 64)
            passed = self.chance(middle * np.expm1(grid)) <= chance
            place = int(np.argmax(passed)) if passed.any() else 63
            low, high = float(grid[max(place - 1, 0)]), float(grid[place])
        return middle * float(np.expm1(high))


def _place(log_values: Floats, scales: Floats) -> NDArray[np.intp]:
    """Where the tables hold P(|X| ≥ value) for each scale (finer than 2 % in the value); shape (scales, values)."""
    place = (log_values[None, :] - np.log(scales)[:, None] - _LOG_REACH[0]) * (1.0 / (_LOG_REACH[1] - _LOG_REACH[0]))
    return np.asarray(np.clip(np.rint(place), 0, len(_LOG_REACH) - 1), dtype=np.intp)


def tail_of(values: Floats, *, total: int) -> Tail | None:
    """The law of one side of residuals: Student, its freedom and scale averaged over their posterior.

    Counts in cells of the values' own quantiles are compared with each law. The innermost fifth is left out
    (residuals around a median pile up at 0), the outermost part is one cell (outliers do not make the law that they
    are judged by). None below `FEWEST` values or without spread.

    Args:
        values: > 0, shape (m,): the distances from what was expected, of one side.
        total: values on both sides.
    """
    m = len(values)
    if m < FEWEST:
        return None
    ordered = np.sort(values)
    median = float(ordered[(m - 1) // 2] + ordered[m // 2]) / 2
    # Where many values are wild at once, less of the outside may tell what is usual.
    wild = 1.0 - float(np.searchsorted(ordered, WILD * median / 0.6745, side="right")) / m
    shares = FARTHEST if m >= 800 else OUTER if m >= 120 else INNER
    edges = np.unique(quantiles(ordered, shares[shares <= max(0.8, min(shares[-1], 1.0 - 2.0 * wild))]))
    if not edges[0] > 0.0 or len(edges) < 4:
        return None
    below = np.searchsorted(ordered, edges)
    below[-1] = np.searchsorted(ordered, edges[-1], side="right")  # the last cell holds its upper edge
    counts = np.diff(below, append=m).astype(np.float64)
    middle = median / 0.6745
    return posterior(edges, counts, SCALES * middle, share=m / total)


def posterior(edges: Floats, counts: Floats, scales: Floats, *, share: float) -> Tail:
    """The posterior of the laws, each freedom with each scale, given how many values lie in which cell.

    Args:
        edges: lower edges of the cells, ascending, > 0, shape (cells,); the last cell has no upper edge.
        counts: values in each, shape (cells,).
        scales: that are possible, in the unit of the edges.
        share: of all values that lie on this side.
    """
    freedom = np.repeat(np.arange(len(FREEDOMS)), len(scales))
    scale = np.tile(scales, len(FREEDOMS))
    survival = _SURVIVAL[:, _place(np.log(edges), scales)].reshape(len(freedom), len(edges))
    cells = np.append(survival[:, :-1] - survival[:, 1:], survival[:, -1:], axis=1) / survival[:, :1]
    likelihood = np.log(np.maximum(cells, 1e-12)) @ counts + np.log(PRIOR)[freedom]
    weight = np.exp(likelihood - likelihood.max())
    weight /= weight.sum()
    kept = weight > 1e-7
    return Tail(weight[kept], freedom[kept], scale[kept], share)

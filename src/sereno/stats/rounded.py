"""How rare a value is among values of few kinds: counts, readings of few digits, states, constants."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtrc

from sereno.stats.robust import quantiles
from sereno.stats.tails import FARTHEST, INNER, OUTER, WILD, Tail, posterior

Floats = NDArray[np.float64]
FEWEST = 20
FLOOR = 12.0**-0.5
"""Standard deviation, in steps, of what rounding alone adds; no scale is thought smaller (Sheppard 1898)."""
SCALES = np.geomspace(0.25, 4.0, 25)
MOST_EDGES = 40
MOST_RATE = 1e4
AGAIN, SHARE = 3, 0.01
"""What happens oftener than this, in separate runs and as a share of the values, belongs to the series."""


class Rounded(NamedTuple):
    """One side's law of values that are whole multiples of a step.

    Attributes:
        tail: law of what was rounded. step: in the unit of the values. rate: mean count of a Poisson law that the
            values may follow, in steps, 0 where they do not. ordinary: distances of values that are not wild,
            ascending. heights: of each run of wild ones, ascending.
    """

    tail: Tail
    step: float
    rate: float
    ordinary: Floats
    heights: Floats

    def chance(self, values: Floats) -> Floats:
        """P(X ≥ value) for distances on this side, shape (n,): of all that would be rounded to it or beyond."""
        steps = np.rint(values / self.step)
        rare = self.tail.chance(np.maximum(steps - 0.5, 1e-3) * self.step)
        if self.rate > 0.0:
            counted = pdtrc(np.floor(self.rate) + steps - 1.0, self.rate)
            # Below one a point nearly all are 0: of the tail there is nothing to be learned but the law.
            rare = counted if self.rate < 1.0 else np.maximum(rare, counted)
        return np.asarray(np.where(self._again(values), 1.0, rare))

    def _again(self, values: Floats) -> NDArray[np.bool_]:
        """Whether runs at least half as high come again and again: a state that the series has."""
        return len(self.heights) - np.searchsorted(self.heights, values / 2.0) > _often(len(self.ordinary))

    def beyond(self, distances: Floats, chance: float) -> NDArray[np.intp]:
        """Where distances are that are passed with less than this chance."""
        far = np.flatnonzero(distances > 0.5 * self.step)
        kinds, which = np.unique(distances[far], return_inverse=True)
        return far[(self.chance(kinds) < chance)[which]]

    def usual(self, chance: float) -> float:
        """The distance that ordinary values pass with this chance at most."""
        return max(0.0, float(quantiles(self.ordinary, np.array([1.0 - 2.0 * chance]))[0]))


def rounded_tail(rest: Floats, written: Floats, step: float) -> Rounded | None:
    """The law of the upper side of residuals; None below `FEWEST` values.

    As `sereno.stats.tails.tail_of`, with cells that are one step wide: how often values lie at 0, 1, 2 … steps is all
    that is known of them. A stretch of wild values counts once (runs declustering: Leadbetter 1983), so that a plateau
    is not its own law, and what lies beyond a gap is judged by what lies before it. Of whole numbers that vary as
    Poisson counts do the chance is at least theirs, and theirs where they are rare.

    Args:
        rest: residuals around what was expected, shape (n,).
        written: the values as they came, shape (n,), multiples of `step`.
        step: > 0.
    """
    if len(rest) < FEWEST:
        return None
    steps = np.rint(rest / step)
    middle = max(float(np.quantile(np.abs(steps), 0.5)) / 0.6745, FLOOR)
    wild = steps > WILD * middle
    begins = np.flatnonzero(wild & ~np.append(False, wild[:-1]))
    peaks = np.maximum.reduceat(np.where(wild, steps, 0.0), begins) if len(begins) else np.zeros(0)
    heights = np.sort(peaks)
    # Half of what lies at 0 is of this side.
    zeros = np.zeros(int(np.count_nonzero(steps == 0)) // 2)
    ordinary = np.sort(np.concatenate((zeros, steps[(steps > 0) & ~wild])))
    if len(ordinary) == 0:
        return None
    far = _gap(float(ordinary[-1]), heights, most=_often(len(rest)))
    known = np.append(ordinary, heights[heights < far])
    shares = FARTHEST if len(known) >= 800 else OUTER if len(known) >= 120 else INNER
    last = int(quantiles(known, shares[-1:])[0])
    edges = np.unique(np.rint(np.linspace(0, last, min(last + 1, MOST_EDGES)))) + 0.5
    below = np.append(0, np.searchsorted(known, edges))
    counts = np.diff(below, append=len(known)).astype(np.float64)
    scales = np.maximum(SCALES * middle, FLOOR)
    tail = posterior(np.append(1e-3, edges), counts, scales, share=len(known) / len(rest))
    tail = tail._replace(scales=tail.scales * step)
    alike = np.concatenate((np.flatnonzero(~wild), begins[peaks < far]))
    return Rounded(tail, step, _poisson(written[alike] / step), ordinary * step, heights * step)


def _often(total: int) -> float:
    """As many runs as may be foreign to a series of so many values; of more, all are its own."""
    return max(AGAIN, SHARE * total)


def _gap(usual: float, heights: Floats, *, most: float) -> float:
    """The height of the first run, in ascending order, that is more than twice as far out as all before it.

    No more than `most` runs may lie beyond.
    """
    before = np.append(usual, heights[:-1])
    beyond = np.flatnonzero(heights > 2.0 * before + 1.0)
    beyond = beyond[len(heights) - beyond <= most]
    return float(heights[beyond[0]]) if len(beyond) else np.inf


def _poisson(counts: Floats) -> float:
    """The rate of counts that vary as a Poisson law's do, at the upper end of what may be; 0 of others.

    Their variance is not above their mean by more than chance allows (index of dispersion, Fisher 1950), and the
    commonest value is no commoner than theirs.
    """
    n = len(counts)
    if n < FEWEST or float(counts.min()) < -0.5:
        return 0.0
    rate = float(counts.mean())
    if not 0.0 < rate < MOST_RATE or float(counts.var()) > rate * (1.0 + 3.0 * (2.0 / n) ** 0.5):
        return 0.0
    mode = np.floor(rate)
    most = float(pdtrc(mode - 1.0, rate) - pdtrc(mode, rate)) if mode > 0 else float(np.exp(-rate))
    same = float(np.count_nonzero(np.rint(counts) == mode)) / n
    if same > most + 4.0 * (most * (1.0 - most) / n) ** 0.5:
        return 0.0
    return float(rate + 3.0 * (rate / n) ** 0.5)

"""Irregular points on a regular grid: means of equal stretches of time, holes bridged by straight lines."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Grid(NamedTuple):
    """Equal stretches of time.

    Attributes:
        start: middle of the first stretch, epoch seconds. width: of each, seconds.
        means: shape (n,), interpolated where a stretch has no point. counts: points in each, shape (n,).
    """

    start: float
    width: float
    means: Floats
    counts: NDArray[np.intp]

    @property
    def times(self) -> Floats:
        """Middle of each stretch."""
        return np.asarray(self.start + self.width * np.arange(len(self.means)), dtype=np.float64)


def usual_step(times: Floats) -> float:
    """Median distance of ascending times, n ≥ 2; regular times, which most are, are not sorted for it."""
    steps = np.diff(times)
    first = float(steps[0])
    return first if bool((steps == first).all()) else float(np.median(steps))


def on_grid(times: Floats, values: Floats, *, most: int, step: float | None = None) -> Grid:
    """Points on a grid as fine as their usual distance, of at most `most` stretches and at most two to a point.

    Args:
        times: ascending, distinct, shape (n,), n ≥ 2.
        values: finite, shape (n,).
        most: stretches at most.
        step: usual distance of the points, where it is known already.
    """
    span = float(times[-1] - times[0])
    step = usual_step(times) if step is None else step
    bins = int(min(round(span / step) + 1, most, 2 * len(times)))
    width = span / (bins - 1) if bins > 1 else span
    if bins == len(times) and float(np.abs(np.diff(times) - width).max()) < 0.01 * width:
        return Grid(float(times[0]), width, values, np.ones(bins, dtype=np.intp))
    if bins < len(times) // 2:
        width = span / bins
        starts = np.searchsorted(times, times[0] + width * np.arange(bins))
        counts = np.diff(starts, append=len(times))
        start = float(times[0]) + width / 2
        there = np.flatnonzero(counts)
        sums = np.zeros(bins)
        sums[there] = np.add.reduceat(values, starts[there])
    else:
        index = np.rint((times - times[0]) / width).astype(np.intp)
        start = float(times[0])
        counts = np.bincount(index, minlength=bins)
        sums = np.bincount(index, weights=values, minlength=bins).astype(np.float64)
        there = np.flatnonzero(counts)
    means: Floats = sums[there] / counts[there]
    if len(there) < bins:
        means = np.interp(np.arange(bins, dtype=np.float64), there.astype(np.float64), means)
    return Grid(start, width, means, counts)


def coarser(values: Floats, block: int) -> Floats:
    """Means of `block` neighbours, shape (n // block,); what is left over at the beginning is dropped."""
    if block <= 1:
        return values
    count = len(values) // block
    return np.asarray(values[len(values) - count * block :].reshape(count, block).mean(axis=1))

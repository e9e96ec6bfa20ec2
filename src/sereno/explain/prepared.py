"""A series made fit to be computed with: in order, without holes in its values, with what was wrong counted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sereno.explain.frame import Chart, Series
from sereno.stats.grid import usual_step
from sereno.stats.stills import Still, still_stretches

Floats = NDArray[np.float64]
STILL_ALPHA = 0.001
"""Chance that a series without any is said to stand still somewhere."""
LATEST = 2.5e11
"""Epoch seconds around the year 9892, the end of what calendars write; times beyond are none."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """One series, cleaned.

    Attributes:
        name, unit: of the series. times: ascending, distinct, shape (n,). values: finite, shape (n,).
        given: points as they came. missing: of them without a value; infinite: with one that is no number.
        duplicates: of them at a time that another has (their mean is taken). unsorted: whether they came out of order.
        nulls: times of the points without a value, ascending.
    """

    name: str
    unit: str
    times: Floats
    values: Floats
    given: int
    missing: int
    infinite: int
    duplicates: int
    unsorted: bool
    nulls: Floats

    @cached_property
    def step(self) -> float:
        """Usual distance between points in seconds (their median); 0 with fewer than two."""
        return usual_step(self.times) if len(self.times) > 1 else 0.0

    @property
    def span(self) -> float:
        """Seconds from the first point to the last."""
        return float(self.times[-1] - self.times[0]) if len(self.times) else 0.0

    @cached_property
    def constant(self) -> bool:
        """Whether all values are the same, or there are none."""
        return len(self.values) == 0 or float(np.ptp(self.values)) == 0.0

    @cached_property
    def stills(self) -> tuple[Still, ...]:
        """Where it stands still while it lives elsewhere."""
        return () if self.constant else still_stretches(self.values, alpha=STILL_ALPHA)


def prepare(series: Series, *, start: float | None = None, end: float | None = None) -> Prepared:
    """Order the points, drop what is no number, average what shares a time; only start ≤ time ≤ end.

    Lengths that differ are cut to the shorter. Points at times that no calendar writes count as missing.
    """
    count = min(len(series.times), len(series.values))
    times = np.asarray(series.times[:count], dtype=np.float64)
    values = np.asarray(series.values[:count], dtype=np.float64)
    timed = np.abs(times) <= LATEST  # false for NaN
    if start is not None:
        timed &= times >= start
    if end is not None:
        timed &= times <= end
    given = int(np.count_nonzero(timed | ~(np.abs(times) <= LATEST)))
    finite = np.isfinite(values)
    nulls = np.sort(times[timed & ~finite])
    infinite = int(np.count_nonzero(np.isinf(values)))
    keep = timed & finite
    if not keep.all():
        times, values = times[keep], values[keep]
    missing = given - len(times) - infinite
    unsorted, duplicates = False, 0
    gaps = np.diff(times)
    if len(gaps) and not bool((gaps > 0).all()):
        unsorted = bool((gaps < 0).any())
        if unsorted:
            order = np.lexsort((values, times))  # by value too, so that the order of the rows decides nothing
            times, values = times[order], values[order]
        first = np.flatnonzero(np.diff(times, prepend=-np.inf) > 0)
        duplicates = len(times) - len(first)
        if duplicates:
            counts = np.diff(first, append=len(times))
            values = _average(values, first, counts)
            times = times[first]
    return Prepared(
        name=series.name,
        unit=series.unit,
        times=times,
        values=values,
        given=given,
        missing=max(missing, 0),
        infinite=infinite,
        duplicates=duplicates,
        unsorted=unsorted,
        nulls=nulls,
    )


def _average(values: Floats, first: NDArray[np.intp], counts: NDArray[np.intp]) -> Floats:
    with np.errstate(over="ignore"):
        means = np.add.reduceat(values, first) / counts
    lows, highs = np.minimum.reduceat(values, first), np.maximum.reduceat(values, first)
    return np.asarray(np.clip(means, lows, highs), dtype=np.float64)


def prepare_all(chart: Chart) -> list[Prepared]:
    """All series of a chart within its range, in its order."""
    return [prepare(series, start=chart.start, end=chart.end) for series in chart.series]

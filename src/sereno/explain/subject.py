"""What a detector is given: one series, cleaned and taken apart, and the chart that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from sereno.explain.anatomy import FEWEST, Anatomy
from sereno.explain.frame import Chart
from sereno.explain.prepared import Prepared

LARGEST, SMALLEST = 1e60, 1e-60
"""Powers of greater values, or smaller differences, leave the numbers; such series are told and not analysed."""


@dataclass(frozen=True, eq=False)
class Subject:
    """One series of a chart.

    Attributes:
        prepared: the series, cleaned. anatomy: what it is made of; None where there are too few points, where all are
            equal or too great to compute with. chart: it stands in. now: epoch seconds at which the reader looks.
    """

    prepared: Prepared
    anatomy: Anatomy | None
    chart: Chart
    now: float

    @property
    def name(self) -> str:
        """Of the series."""
        return self.prepared.name

    @property
    def unit(self) -> str:
        """Of the series."""
        return self.prepared.unit


def subject_of(prepared: Prepared, chart: Chart, now: float) -> Subject:
    """A series as detectors take it."""
    values = prepared.values
    fit = len(values) >= FEWEST and not prepared.constant and in_range(prepared)
    return Subject(prepared, Anatomy(prepared) if fit else None, chart, now)


def in_range(prepared: Prepared) -> bool:
    """Whether values and differences are of a size that can be computed with; there must be values."""
    low, high = float(prepared.values.min()), float(prepared.values.max())
    return max(abs(low), abs(high)) <= LARGEST and (low == high or high - low >= SMALLEST)

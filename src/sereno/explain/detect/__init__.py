"""Detectors: each looks at one series (or at the whole chart) for one kind of fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sereno.explain.detect.anomalies import anomalies
from sereno.explain.detect.changes import change_points
from sereno.explain.detect.level import level
from sereno.explain.detect.range import value_range
from sereno.explain.detect.sampling import data
from sereno.explain.detect.season import seasonality
from sereno.explain.detect.trend import trend
from sereno.explain.fact import Fact
from sereno.explain.subject import Subject

Detector = Callable[[Subject], Iterable[Fact]]
"""Finds facts of one series. Their id is still empty; their weight is how strong they are among their kind, 0–1."""
ChartDetector = Callable[[Sequence[Subject]], Iterable[Fact]]
"""Finds facts between series."""

OF_A_SERIES: tuple[Detector, ...] = (data, level, value_range, trend, change_points, seasonality, anomalies)
OF_A_CHART: tuple[ChartDetector, ...] = ()

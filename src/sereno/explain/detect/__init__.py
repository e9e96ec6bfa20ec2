"""Detectors: each looks at one series, between series, or at the whole chart for one kind of fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sereno.explain.detect.anomalies import anomalies
from sereno.explain.detect.capacity import capacity
from sereno.explain.detect.changes import change_points
from sereno.explain.detect.comparisons import comparisons
from sereno.explain.detect.composition import composition
from sereno.explain.detect.correlations import correlations
from sereno.explain.detect.events import events
from sereno.explain.detect.flats import flats
from sereno.explain.detect.forecasts import forecasts
from sereno.explain.detect.gaps import gaps
from sereno.explain.detect.level import level
from sereno.explain.detect.range import value_range
from sereno.explain.detect.sampling import data
from sereno.explain.detect.season import seasonality
from sereno.explain.detect.shape import shape
from sereno.explain.detect.thresholds import thresholds
from sereno.explain.detect.trend import trend
from sereno.explain.fact import Fact
from sereno.explain.frame import Chart
from sereno.explain.subject import Subject

Detector = Callable[[Subject], Iterable[Fact]]
"""Finds facts of one series. Their id is still empty; their weight is how strong they are among their kind, 0–1."""
PairDetector = Callable[[Sequence[Subject]], Iterable[Fact]]
"""Finds facts that several series take part in."""
ChartDetector = Callable[[Chart], Iterable[Fact]]
"""Finds facts of what is no series."""

OF_A_SERIES: tuple[Detector, ...] = (
    data,
    level,
    value_range,
    trend,
    change_points,
    seasonality,
    anomalies,
    gaps,
    flats,
    thresholds,
    comparisons,
    forecasts,
    capacity,
)
AT_ONCE: tuple[Detector, ...] = (data, level, value_range, gaps, flats, thresholds, comparisons)
"""Those that look at each point once or so and search for nothing; no other tells facts of their kinds."""
BETWEEN_SERIES: tuple[PairDetector, ...] = (correlations, events)
OF_A_CHART: tuple[ChartDetector, ...] = (shape, composition)

"""The chart of an explanation, thinned to what a page can draw; the facts were computed of all of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import msgspec
import numpy as np

from sereno.explain.frame import Chart

MOST_SERIES = 12
MOST_POINTS = 400


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One series: epoch seconds, values (None where there is none), unit as in `frame.Series`."""

    name: str
    unit: str
    times: list[float]
    values: list[float | None]


def drawn(chart: Chart) -> list[Line]:
    """Its series over time, the first dozen, each by at most 400 of its points.

    Of every stretch the value farthest from the series' median stands for it: what a reader must see stays.
    """
    return [_line(one.name, one.unit, one.times, one.values) for one in chart.series[:MOST_SERIES] if len(one.times)]


def _line(name: str, unit: str, times: Any, values: Any) -> Line:
    order = np.argsort(times, kind="stable")
    times, values = times[order], values[order]
    first = np.concatenate([[True], times[1:] > times[:-1]]) & np.isfinite(times)  # one point a moment
    times, values = times[first], np.where(np.isfinite(values[first]), values[first], np.nan)
    if len(times) > MOST_POINTS:
        middle = np.nanmedian(values) if np.isfinite(values).any() else 0.0
        with np.errstate(over="ignore"):  # what is too far to be told is the farthest
            distance = np.nan_to_num(np.abs(values - middle), nan=-1.0)
        edges = np.linspace(0, len(times), MOST_POINTS + 1).astype(int)
        kept = [low + int(np.argmax(distance[low:high])) for low, high in pairwise(edges)]
        times, values = times[kept], values[kept]
    shown = [None if np.isnan(value) else float(value) for value in values]
    return Line(name=name, unit=unit, times=[float(at) for at in times], values=shown)

"""Frames: the data of a chart, as every part of explain takes it.

The JSON form follows Grafana's data frames (fields in columns), so that a panel can send what it draws:

    {"frames": [{"name": "latency", "fields": [
        {"name": "time", "type": "time", "values": [1763683200000, …]},            milliseconds
        {"name": "p95", "type": "number", "unit": "s", "labels": {"model": "llama3"}, "values": [1.2, null, …]}]}]}
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray


class Series(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One series of numbers over time.

    Attributes:
        name: as a reader knows it; unique within the chart.
        times: epoch seconds (float64, any order, gaps and duplicates allowed), shape (n,).
        values: float64, shape (n,); NaN where there is no value.
        unit: as Grafana names units (`s`, `ms`, `percent`, `percentunit`, `bytes`, `currencyUSD`, `short`, `reqps` …);
            "" where there is none.
        labels: what tells it from its siblings.
    """

    name: str
    times: NDArray[np.float64]
    values: NDArray[np.float64]
    unit: str = ""
    labels: Mapping[str, str] = {}


class Categories(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Numbers by name, without time: bars, pies, tables.

    Attributes:
        name: of the figure. names: shape (n,). values: float64, shape (n,); NaN where there is no value.
    """

    name: str
    names: tuple[str, ...]
    values: NDArray[np.float64]
    unit: str = ""


class Threshold(msgspec.Struct, frozen=True):
    """A line in the chart that means something: a limit of a panel or an alert.

    Attributes:
        value: in the series' unit. name: as shown. above: whether being above it is the bad side.
    """

    value: float
    name: str = ""
    above: bool = True


class Event(msgspec.Struct, frozen=True):
    """Something that happened beside the chart: a deploy, an alert, a model change, drift.

    Attributes:
        at: epoch seconds. kind: `deploy`, `alert`, `model`, `drift`, `other`. title: one line, hostile text possible.
    """

    at: float
    kind: str
    title: str
    until: float | None = None


class Chart(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Everything a reader sees of one chart.

    Attributes:
        series, categories: what is drawn.
        start, end: the range shown, epoch seconds; None: that of the data.
        tz: IANA zone in which the reader's days begin.
        left_out: names of fields that hold neither numbers nor names for them.
    """

    title: str = ""
    series: tuple[Series, ...] = ()
    categories: tuple[Categories, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    events: tuple[Event, ...] = ()
    start: float | None = None
    end: float | None = None
    tz: str = "UTC"
    left_out: tuple[str, ...] = ()

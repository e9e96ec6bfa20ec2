"""A fact: something that was computed of a chart, with exact numbers, that words can be checked against.

Facts hold no words. `narrator` renders them, `verifier` matches the numbers, dates, directions and names of any text to
them. The JSON form (`msgspec.json`) is the contract with the Grafana app and with `sereno explain facts --json`.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "level",
    "range",
    "trend",
    "change_point",
    "seasonality",
    "anomaly",
    "gap",
    "flat",
    "comparison",
    "correlation",
    "lead_lag",
    "forecast",
    "threshold",
    "capacity",
    "composition",
    "event",
    "data",
]
"""What is told: `data` is about the data itself (points, empty, text); `event` places an event beside the chart."""
Direction = Literal["up", "down", "flat"]


class Number(msgspec.Struct, frozen=True, omit_defaults=True):
    """One exact figure of a fact.

    Attributes:
        name: its role, such as `mean`, `slope_per_hour`, `expected`, `change_percent`, `count`, `duration`.
        value: exact; finite.
        unit: as in `frame.Series.unit`; `percent` means 5 is five percent; durations are in `s`.
        low, high: an interval around it, None where there is none.
    """

    name: str
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None


class Time(msgspec.Struct, frozen=True):
    """One moment of a fact: its role (`start`, `at`, `peak` …) and epoch seconds."""

    name: str
    at: float


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something true of a chart.

    Attributes:
        id: stable and unique within a chart: the kind and a count, such as `trend-2`.
        kind: what is told.
        series: names of the series (or categories) it is about, the one that leads first.
        direction: where it goes; `flat` says that there is no trend.
        numbers, times: every figure and moment that a text may tell of it.
        start, end: the time it covers, epoch seconds.
        p_value: of the test behind it, corrected where many were made; None where nothing was tested.
        confidence: level of the intervals in `numbers`, such as 0.95.
        weight: how much it matters to a reader, 0–1; facts are ordered by it.
        note: a bounded word that tells variants apart, such as `point` and `collective` of an anomaly.
        label: what the chart calls it (an event's title, a threshold's name): text from outside, hostile text possible.
    """

    id: str
    kind: Kind
    series: tuple[str, ...] = ()
    direction: Direction | None = None
    numbers: tuple[Number, ...] = ()
    times: tuple[Time, ...] = ()
    start: float | None = None
    end: float | None = None
    p_value: float | None = None
    confidence: float | None = None
    weight: float = 0.0
    note: str = ""
    label: str = ""


class FactSheet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All facts of one chart, most important first.

    Attributes:
        title: of the chart. tz: zone in which its times are told. start, end: the range shown, epoch seconds.
        series: names of all series, also of those without facts. units: by name of the series.
    """

    facts: tuple[Fact, ...]
    title: str = ""
    tz: str = "UTC"
    start: float | None = None
    end: float | None = None
    series: tuple[str, ...] = ()
    units: dict[str, str] = {}

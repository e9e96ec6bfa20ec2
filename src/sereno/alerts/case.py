"""Tests of an alert rule: series as an exporter writes them, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

STEP = 15
"""Seconds between samples, the interval of the shipped scrapes."""
SETTLE = 600
"""Seconds of traffic before `for` begins to count: every window of the rules is full."""


class Rising(NamedTuple):
    """A counter that grows steadily.

    Attributes:
        per_second: by how much.
    """

    per_second: float


Values = float | Rising | str
"""A gauge that stays, a counter that rises, or values in promtool's own notation."""


class Told(NamedTuple):
    """An alert that fires.

    Attributes:
        labels: of the sample it comes from.
        value: how its value reads.
    """

    labels: Mapping[str, str]
    value: str


class Case(NamedTuple):
    """One test.

    Attributes:
        name: a sentence.
        series: what is scraped, by series.
        told: alerts that fire; none: the rule stays silent.
        after: seconds before `for` begins to count; the outcome is looked at when both are over.
        step: seconds between samples.
    """

    name: str
    series: Mapping[str, Values]
    told: tuple[Told, ...]
    after: int
    step: int = STEP


def fires(
    name: str,
    series: Mapping[str, Values],
    labels: Mapping[str, str] | None = None,
    value: str = "",
    *,
    after: int = SETTLE,
    step: int = STEP,
) -> Case:
    """A test in which one alert fires."""
    return Case(name, series, (Told(labels or {}, value),), after, step)


def silent(name: str, series: Mapping[str, Values], *, after: int = SETTLE, step: int = STEP) -> Case:
    """A test in which nobody is told."""
    return Case(name, series, (), after, step)


def written(values: Values, seconds: int, step: int = STEP) -> str:
    """Values in promtool's notation, long enough for so many seconds.

    >>> written(0, 60), written(Rising(2), 60), written("1 2 3", 60)
    ('0x4', '0+30x4', '1 2 3')
    """
    steps = seconds // step
    if isinstance(values, str):
        return values
    if isinstance(values, Rising):
        return f"0+{values.per_second * step:g}x{steps}"
    return f"{values:.12g}x{steps}"


def conditions(labels: Mapping[str, str]) -> str:
    """Labels as they stand between the braces of a series.

    >>> conditions({"job": "a", "instance": "b:1"})
    'job="a",instance="b:1"'
    """
    return ",".join(f'{label}="{value}"' for label, value in labels.items())


def series(metric: str, labels: Mapping[str, str]) -> str:
    """A series as a scrape stores it."""
    return f"{metric}{{{conditions(labels)}}}"

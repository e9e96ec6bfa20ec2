"""Columns of tables and frames become series and categories, with names that a reader can tell apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sereno.explain.frame import Categories, Chart, Event, Series, Threshold

Floats = NDArray[np.float64]
MOST_SERIES = 5000
PLAIN_NAMES = frozenset({"", "value", "Value", "values", "Values"})
"""Names of fields that say nothing."""


@dataclass(frozen=True)
class Column:
    """One column: exactly one of times (epoch seconds), numbers and words is there; labels and unit are of numbers.

    `called` is the name that the source shows, before any other.
    """

    name: str
    times: Floats | None = None
    numbers: Floats | None = None
    words: tuple[str, ...] | None = None
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    called: str = ""

    def __len__(self) -> int:
        """How many values it has."""
        held = self.times if self.times is not None else self.numbers if self.numbers is not None else self.words
        return 0 if held is None else len(held)


class Columns(NamedTuple):
    """A table: columns of equal length."""

    name: str
    columns: tuple[Column, ...]


def charted(
    tables: Sequence[Columns],
    *,
    title: str = "",
    start: float | None = None,
    end: float | None = None,
    tz: str = "UTC",
    thresholds: tuple[Threshold, ...] = (),
    events: tuple[Event, ...] = (),
) -> Chart:
    """The chart of some tables.

    The first column of times is the time of all; each column of numbers is a series. Where times repeat and columns of
    words stand beside (the long form of a table), each combination of words is a series of its own. Without times,
    words name the numbers of categories. What holds neither is named in `Chart.left_out`.
    """
    series: list[Series] = []
    categories: list[Categories] = []
    left_out: list[str] = []
    for table in tables:
        times = next((column.times for column in table.columns if column.times is not None), None)
        words = [column for column in table.columns if column.words is not None]
        figures = [column for column in table.columns if column.numbers is not None]
        if not figures:
            left_out += [column.name or table.name for column in words]
        elif times is not None and words and _repeats(times):
            series += _long(table, times, words, figures)
        elif times is not None:
            series += [_series(table, column, times, {}) for column in figures]
            left_out += [column.name for column in words]
        else:
            categories += _categories(table, words, figures)
    names = _distinct([one.name for one in series], [one.labels for one in series])
    named = tuple(
        Series(name=name, times=one.times, values=one.values, unit=one.unit, labels=one.labels)
        for name, one in zip(names, series[:MOST_SERIES], strict=False)
    )
    left_out += [one.name for one in series[MOST_SERIES:]]
    return Chart(
        title=title,
        series=named,
        categories=tuple(categories),
        start=start,
        end=end,
        tz=tz,
        thresholds=thresholds,
        events=events,
        left_out=tuple(left_out),
    )


def _repeats(times: Floats) -> bool:
    known = times[np.isfinite(times)]
    return len(np.unique(known)) < len(known)


def _series(table: Columns, column: Column, times: Floats, labels: Mapping[str, str]) -> Series:
    together = {**column.labels, **labels}
    name = column.called or (table.name if column.name in PLAIN_NAMES and table.name else column.name)
    if column.numbers is None:
        raise TypeError(column.name)
    return Series(name=name, times=times, values=column.numbers, unit=column.unit, labels=together)


def _long(table: Columns, times: Floats, words: Sequence[Column], figures: Sequence[Column]) -> Iterator[Series]:
    """A series for each combination of words, in the order of their first row."""
    keys = list(zip(*(column.words or () for column in words), strict=True))
    order: dict[tuple[str, ...], int] = {}
    group = np.array([order.setdefault(key, len(order)) for key in keys], dtype=np.intp)
    rows = np.argsort(group, kind="stable")
    parts = np.split(rows, np.flatnonzero(np.diff(group[rows])) + 1)
    for key, part in zip(order, parts, strict=True):
        labels = {column.name: word for column, word in zip(words, key, strict=True)}
        for column in figures:
            whole = _series(table, column, times, labels)
            yield Series(
                name=whole.name, times=times[part], values=whole.values[part], unit=whole.unit, labels=whole.labels
            )


def _categories(table: Columns, words: Sequence[Column], figures: Sequence[Column]) -> Iterator[Categories]:
    if not words:  # one row of figures: each field is a category
        if all(len(column) == 1 for column in figures) and len(figures) > 1:
            values = np.array([column.numbers[0] for column in figures if column.numbers is not None])
            units = {column.unit for column in figures}
            names = _distinct([column.called or column.name for column in figures], [c.labels for c in figures])
            yield Categories(
                name=table.name or "value",
                names=tuple(names),
                values=values,
                unit=units.pop() if len(units) == 1 else "",
            )
            return
        names = [str(index + 1) for index in range(len(figures[0]))]
    else:
        names = [", ".join(row) for row in zip(*(column.words or () for column in words), strict=True)]
    for column in figures:
        if column.numbers is not None:
            name = column.called or column.name or table.name
            yield Categories(name=name, names=tuple(names), values=column.numbers, unit=column.unit)


def _distinct(names: Sequence[str], labels: Sequence[Mapping[str, str]]) -> list[str]:
    """Names made unique: by the labels that differ among series of one name, then by a count."""
    kin: dict[str, dict[str, set[str]]] = {}
    for name, own in zip(names, labels, strict=True):
        values = kin.setdefault(name, {})
        for key, value in own.items():
            values.setdefault(key, set()).add(value)
    seen = Counter(names)
    told: list[str] = []
    for name, own in zip(names, labels, strict=True):
        if seen[name] > 1 or name in PLAIN_NAMES:
            differing = [key for key in sorted(own) if len(kin[name][key]) > 1]
            text = ", ".join(own[key] for key in (differing or sorted(own)))
            told.append(text if name in PLAIN_NAMES and text else f"{name} {text}".strip() or "value")
        else:
            told.append(name)
    counts: Counter[str] = Counter()
    repeated = Counter(told)
    for index, name in enumerate(told):
        counts[name] += 1
        if repeated[name] > 1:
            told[index] = f"{name} ({counts[name]})"
    return told

"""The facts of a chart: everything that can be computed of it, exact, tested, ranked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sereno.explain.detect import BETWEEN_SERIES, OF_A_CHART, OF_A_SERIES
from sereno.explain.fact import Fact, FactSheet
from sereno.explain.frame import Chart
from sereno.explain.prepared import prepare_all
from sereno.explain.rank import ranked
from sereno.explain.subject import Subject, subject_of


def facts(chart: Chart, *, now: float | None = None) -> FactSheet:
    """All facts of a chart, most important first. The same chart gives the same facts.

    Never fails on data: what cannot be analysed (nothing there, one point, all equal, no numbers) is a fact of kind
    `data` itself.

    Args:
        chart: any number of series, at any times, with any values.
        now: epoch seconds at which the reader looks; the end of the chart's data without it.
    """
    with np.errstate(all="ignore"):  # what leaves the numbers is left out of the facts, not warned of
        return _sheet(chart, now)


def _sheet(chart: Chart, now: float | None) -> FactSheet:
    prepared = prepare_all(chart)
    starts = [float(one.times[0]) for one in prepared if len(one.times)]
    ends = [float(one.times[-1]) for one in prepared if len(one.times)]
    start = chart.start if chart.start is not None else min(starts, default=None)
    end = chart.end if chart.end is not None else max(ends, default=None)
    moment = now if now is not None else end if end is not None else 0.0
    subjects = [subject_of(one, chart, moment) for one in prepared]
    return FactSheet(
        facts=ranked(_found(chart, subjects)),
        title=chart.title,
        tz=chart.tz,
        start=start,
        end=end,
        series=tuple(one.name for one in prepared) + tuple(one.name for one in chart.categories),
        units={one.name: one.unit for one in prepared if one.unit}
        | {one.name: one.unit for one in chart.categories if one.unit},
    )


def _found(chart: Chart, subjects: list[Subject]) -> Iterator[Fact]:
    for of_a_chart in OF_A_CHART:
        yield from of_a_chart(chart)
    for subject in subjects:
        for of_a_series in OF_A_SERIES:
            yield from of_a_series(subject)
    for between_series in BETWEEN_SERIES:
        yield from between_series(subjects)

"""The facts of a chart: everything that can be computed of it, exact, tested, ranked."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import chain

import numpy as np

from sereno.explain.detect import AT_ONCE, BETWEEN_SERIES, OF_A_CHART, OF_A_SERIES, Detector
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
    return Finding(chart, now=now).whole()


class Finding:
    """The search for the facts of one chart, whose first ones can be had before it ends.

    Args:
        chart: as of `facts`.
        now: as of `facts`.
    """

    def __init__(self, chart: Chart, *, now: float | None = None) -> None:
        self._chart = chart
        self._now = now
        self._known: dict[tuple[Detector, int], list[Fact]] = {}

    def at_once(self) -> FactSheet:
        """What is told without search: levels, ranges, gaps, comparisons …; under the ids that they have for good."""
        with _any_numbers():
            return self._sheet(self._of_chart(), self._of_series(AT_ONCE))

    def whole(self) -> FactSheet:
        """All facts."""
        with _any_numbers():
            between = (fact for detect in BETWEEN_SERIES for fact in detect(self._subjects))
            return self._sheet(self._of_chart(), self._of_series(OF_A_SERIES), between)

    @cached_property
    def _subjects(self) -> list[Subject]:
        prepared = prepare_all(self._chart)
        end = max((float(one.times[-1]) for one in prepared if len(one.times)), default=0.0)
        end = self._chart.end if self._chart.end is not None else end
        return [subject_of(one, self._chart, end if self._now is None else self._now) for one in prepared]

    def _of_chart(self) -> Iterator[Fact]:
        for detect in OF_A_CHART:
            yield from detect(self._chart)

    def _of_series(self, detectors: tuple[Detector, ...]) -> Iterator[Fact]:
        for number, subject in enumerate(self._subjects):
            for detect in detectors:
                found = self._known.get((detect, number))
                if found is None:
                    found = list(detect(subject))
                    if detect in AT_ONCE:
                        self._known[detect, number] = found
                yield from found

    def _sheet(self, *found: Iterator[Fact]) -> FactSheet:
        chart, prepared = self._chart, [subject.prepared for subject in self._subjects]
        starts = [float(one.times[0]) for one in prepared if len(one.times)]
        ends = [float(one.times[-1]) for one in prepared if len(one.times)]
        return FactSheet(
            facts=ranked(chain.from_iterable(found)),
            title=chart.title,
            tz=chart.tz,
            start=chart.start if chart.start is not None else min(starts, default=None),
            end=chart.end if chart.end is not None else max(ends, default=None),
            series=tuple(one.name for one in prepared) + tuple(one.name for one in chart.categories),
            units={one.name: one.unit for one in prepared if one.unit}
            | {one.name: one.unit for one in chart.categories if one.unit},
        )


def _any_numbers() -> np.errstate:
    """What leaves the numbers is left out of the facts, not warned of."""
    return np.errstate(all="ignore")

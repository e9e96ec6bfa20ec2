"""What is true of a chart, computed from its series alone: whether a liar's figure is a lie after all.

It shares nothing with the fact engine or the verifier. A scripted liar asks it before it tells a lie, so that no lie
is true by accident.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from explain_said import Figure

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.frame import Chart


class Truth:
    """What the series of a chart say.

    Args:
        chart: the series. sheet: facts, for figures that no series holds (what was expected, an interval).
    """

    def __init__(self, chart: Chart, sheet: FactSheet) -> None:
        self._series = {
            one.name: (one.times[good], one.values[good])
            for one in chart.series
            for good in [np.isfinite(one.times) & np.isfinite(one.values)]
        }
        self._sheet = sheet

    def says(self, series: str, name: str) -> float | None:
        """A figure of a whole series by the name of its role, None where this one is not such a figure."""
        if series not in self._series:
            return None
        times, values = self._series[series]
        if not len(values):
            return None
        order = np.argsort(times, kind="stable")
        values = values[order]
        found = {
            "mean": np.mean(values), "median": np.median(values), "p95": np.quantile(values, 0.95), "last": values[-1],
            "min": values.min(), "max": values.max(), "count": float(len(values)),
        }.get(name)  # fmt: skip
        return None if found is None else float(found)

    def around(self, series: str, low: float, high: float) -> tuple[float, float] | None:
        """Least and greatest value of a series between two times, None where it has none there."""
        times, values = self._series[series]
        inside = values[(times >= low) & (times <= high)]
        return (float(inside.min()), float(inside.max())) if len(inside) else None

    def is_false(self, fact: Fact, name: str, figure: Figure) -> bool:
        """Whether a figure told in this role of this fact is wrong by what the series say, and by the fact.

        A figure that rounds to the true one at the place it shows is true; so is one that half rounds up to.
        """
        truths = [number.value for number in fact.numbers if number.name == name]
        own = self.says(fact.series[0], name) if fact.kind in {"level", "range"} and fact.series else None
        if own is not None:
            truths.append(own)
        return all(_differ(one, figure, name) for one in truths)

    def is_no_moment(self, at: float, slack: float) -> bool:
        """Whether nothing of any fact is within some seconds of a time."""
        return all(abs(at - one) > slack for one in self._moments())

    def _moments(self) -> Iterator[float]:
        for fact in self._sheet.facts:
            yield from (time.at for time in fact.times)
            yield from (at for at in (fact.start, fact.end) if at is not None)
        yield from (at for at in (self._sheet.start, self._sheet.end) if at is not None)


def _differ(true: float, figure: Figure, name: str) -> bool:
    told = figure.value
    if name.startswith(("change", "difference", "lag", "delay")):
        true, told = abs(true), abs(told)
    return abs(true - told) > 0.501 * figure.step

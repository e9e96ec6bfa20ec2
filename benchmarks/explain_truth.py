"""What is true of a chart, computed from its series alone: whether a liar's figure is a lie after all.

It shares nothing with the fact engine or the verifier. A scripted liar asks it before it tells a lie, so that no lie
is true by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from explain_narrators import SCALES
from explain_said import Figure

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.frame import Chart

_NUMBER = re.compile(r"-?[\d.,]+(?:e-?\d+)?")
_SPANS = {"s": 1.0, "minut": 60.0, "hour": 3600.0, "hora": 3600.0, "day": 86400.0, "día": 86400.0}


def told_of_another(
    sheet: FactSheet, fact: Fact, fields: Mapping[str, str], lie: Mapping[str, str], language: str
) -> bool:
    """Whether all figures of a sentence are those of another fact of its kind and series: it is true of that one.

    Args:
        sheet: the facts. fact: the one that the sentence was made of. language: that figures are written in.
        fields: what is told, by names of figures. lie: what of it is told instead.
    """
    names = {number.name for number in fact.numbers}
    if not names & set(lie) or {"s", "p", "d", "a", "more"} & set(lie):
        return False
    told = {**fields, **lie}
    return any(
        one is not fact
        and (one.kind, one.series, one.note) == (fact.kind, fact.series, fact.note)
        and all(
            _says(number.value, number.unit, told[number.name], language)
            for number in one.numbers
            if number.name in told
        )
        for one in sheet.facts
    )


def _says(exact: float, unit: str, text: str, language: str) -> bool:
    """Whether a text that a narrator wrote is an exact figure, rounded at the place that it shows."""
    match = _NUMBER.search(text)
    if match is None:
        return False
    plain = match.group().replace(".", "").replace(",", ".") if language == "es" else match.group().replace(",", "")
    mantissa, _, power = plain.partition("e")
    sign = text[match.end() :]
    scales = [size for size, name in SCALES.get(unit, []) if name == sign]
    scales += [size for name, size in _SPANS.items() if sign.strip().startswith(name)]
    step = 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
    return any(abs(abs(exact) / size - abs(float(plain))) <= 0.501 * step for size in scales[:1])


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
        self._zone = ZoneInfo(sheet.tz)

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
        return all(self._apart(at, one) > slack for one in self._moments())

    def _apart(self, one: float, other: float) -> float:
        """Seconds between two times as clocks show them: when clocks are put back, an hour comes twice."""
        shown = [datetime.fromtimestamp(at, self._zone).replace(tzinfo=None) for at in (one, other)]
        return min(abs(one - other), abs((shown[0] - shown[1]).total_seconds()))

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

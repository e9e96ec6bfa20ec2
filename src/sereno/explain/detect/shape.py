"""About the chart as a whole: nothing in it, text in it, units that cannot be compared."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact
from sereno.explain.figures import count, numbers
from sereno.explain.frame import Chart


def shape(chart: Chart) -> Iterator[Fact]:
    """Tell `empty` (no series at all), `text` (fields without numbers, named), `mixed_units`; with a `count`."""
    if not chart.series and not chart.categories:
        yield Fact(id="", kind="data", numbers=numbers(count("count", 0)), weight=1.0, note="empty")
    if chart.left_out:
        yield Fact(
            id="",
            kind="data",
            series=chart.left_out[:20],
            numbers=numbers(count("count", len(chart.left_out))),
            weight=0.2,
            note="text",
        )
    units = {one.unit for one in chart.series}
    if len(units) > 1:
        yield Fact(id="", kind="data", numbers=numbers(count("count", len(units))), weight=0.1, note="mixed_units")

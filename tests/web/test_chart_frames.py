"""Figures as frames: milliseconds, Grafana's units, and no interval that is not over."""

from __future__ import annotations

from sereno.explain.read import chart_of_json
from sereno.web.chart_frames import UNITS, document
from sereno.web.charts import Chart, Series, Threshold


def chart(**more: object) -> Chart:
    given = {
        "kind": "lines", "id": "a", "title": "Latency", "unit": "seconds", "x": (0.0, 60.0, 120.0),
        "series": (Series(name="p50", values=(1.0, None, 3.0)), Series(name="p95", values=(None, None, None))),
    }  # fmt: skip
    return Chart(**(given | more))  # type: ignore[arg-type]


def test_a_figure_reads_back_as_the_chart_it_is() -> None:
    told = chart_of_json(document([chart(tz="Europe/Madrid")], title="T", now=1e9))
    (series,) = told.series  # one without a value says nothing
    assert (told.title, told.tz, told.start, told.end) == ("T", "Europe/Madrid", 0.0, 120.0)
    assert (series.name, series.unit) == ("p50", "s")
    assert list(series.times) == [0.0, 60.0, 120.0]
    assert str(series.values.tolist()) == "[1.0, nan, 3.0]"


def test_an_interval_that_is_not_over_is_left_out_but_a_moment_is_not() -> None:
    def points(one: Chart, now: float) -> int:
        return len(document([one], title="", now=now)["frames"][0]["fields"][0]["values"])

    assert points(chart(), 179.9) == 2
    assert points(chart(), 180.0) == 3
    assert points(chart(instants=True), 121.0) == 3


def test_names_of_several_figures_are_told_apart() -> None:
    def lone(name: str) -> tuple[Series, ...]:
        return (Series(name=name, values=(1.0, 2.0, 3.0)),)

    both = document([chart(series=lone("p50")), chart(title="Cost", series=lone("Cost"))], title="", now=1e9)
    assert [one["fields"][1]["name"] for one in both["frames"]] == ["Latency: p50", "Cost"]


def test_levels_and_categories_come_along() -> None:
    one = chart(thresholds=(Threshold(name="limit", value=2.0),))
    assert [(t.value, t.name) for t in chart_of_json(document([one], title="", now=1e9)).thresholds] == [(2.0, "limit")]
    bars = chart(kind="bars", x=("a", "b", "c"), series=(Series(name="calls", values=(1, 2, 3)),), unit="count")
    (parts,) = chart_of_json(document([bars], title="", now=0.0)).categories
    assert (parts.names, list(parts.values)) == (("a", "b", "c"), [1.0, 2.0, 3.0])


def test_levels_of_the_only_figure_over_time_come_along_and_of_several_none() -> None:
    line = chart(thresholds=(Threshold(name="limit", value=2.0),))
    bars = chart(kind="bars", x=("a", "b", "c"), series=(Series(name="calls", values=(1, 2, 3)),), unit="count")
    other = chart(title="Cost", thresholds=(Threshold(name="budget", value=9.0),))
    for beside, levels in ((bars, [2.0]), (other, [])):
        assert [t.value for t in chart_of_json(document([line, beside], title="", now=1e9)).thresholds] == levels


def test_every_unit_of_figures_has_one_of_frames() -> None:
    for unit in UNITS:
        assert document([chart(unit=unit)], title="", now=1e9)["frames"][0]["fields"][1]["unit"] == UNITS[unit]

"""The chart behind an alert: its rule's series and no others, its limit, in its unit."""

from __future__ import annotations

import math

import pytest

from keeper.alarms import NOW, OLLAMA, SHIPPED, Remembering, fires, line
from sereno.alerts.episode import Report
from sereno.alerts.told import told
from sereno.explain.frame import Event, Threshold
from sereno.keeper.alert_chart import AlertChart, alert_chart, looking_back
from sereno.notify.prometheus import AlertRule

SPAN = looking_back(NOW, 21600)


def chart(source: Remembering, *reports: Report) -> AlertChart | None:
    (one,) = told(reports)
    return alert_chart(one, source, SHIPPED, SPAN, lambda: [Event(NOW - 300, "alert", "the alert GpuHot")])


def test_the_rule_that_prometheus_evaluates_says_what_is_asked_for() -> None:
    rules = [
        AlertRule("Slow", 'latency{path="/a"} > 2 and on () up == 1', {"severity": "warning"}),
        AlertRule("Slow", "latency > 9", {"severity": "critical"}),
    ]
    labels = {"__name__": "latency", "path": "/a", "job": "web"}
    source = Remembering({'latency{path="/a"}': [line([1, 1, "NaN", 3, "+Inf"], labels)]}, rules)

    found = chart(source, fires("Slow", "warning", path="/a", job="web"))

    assert found is not None
    assert found.query == 'latency{path="/a"}'
    assert found.chart.thresholds == (Threshold(2.0, "Slow", above=True),)
    assert [one.name for one in found.chart.series] == ["latency"]
    values = found.chart.series[0].values.tolist()
    assert values[:2] == [1.0, 1.0]
    assert math.isnan(values[2])
    assert values[3:] == [3.0, math.inf]
    assert (found.chart.start, found.chart.end) == (SPAN.start, NOW)
    assert found.chart.title == "Slow fires"
    assert found.chart.events[0].title == "the alert GpuHot"


@pytest.mark.parametrize("seconds", [300.0, 1000.0, 3600.0, 21600.0, 604800.0, 86400.0 * 90])
def test_the_last_point_is_now(seconds: float) -> None:
    end = NOW + 0.1234567
    span = looking_back(end, seconds)
    points = round((span.end - span.start) / span.step)
    assert points <= 1001
    # Prometheus counts in milliseconds.
    assert round(span.start * 1000) + points * round(span.step * 1000) == round(span.end * 1000)
    assert span.end == float(f"{end:.3f}")
    assert abs(span.end - span.start - seconds) <= span.step


def test_our_own_rule_stands_in_where_prometheus_has_none() -> None:
    query = SHIPPED["HighTokenUsage", "warning"].expr.removesuffix(" > 10000")
    assert chart(Remembering({query: [line([1, 2], {})]}), fires("HighTokenUsage", "warning")) is not None
    assert chart(Remembering({}), fires("NobodysRule")) is None


def test_series_of_others_are_left_out_and_siblings_told_apart() -> None:
    up = {"__name__": "ollama_up", **OLLAMA}
    other, idle = {**up, "upstream": "cpu"}, {**up, "upstream": "old"}
    source = Remembering({"ollama_up": [line([1, 0], up), line([1, 0], other), line([1, 1], idle)]})

    both = chart(source, fires("OllamaDown", **OLLAMA), fires("OllamaDown", **{**OLLAMA, "upstream": "cpu"}))

    assert both is not None
    assert [one.name for one in both.chart.series] == ["ollama_up upstream=gpu", "ollama_up upstream=cpu"]
    assert chart(source, fires("OllamaDown", **{**OLLAMA, "upstream": "gone"})) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 0, 0], (Threshold(1.0, "OllamaDown", above=False),)),
        ([-2, -1, 0], (Threshold(-1.0, "OllamaDown", above=True),)),
        ([1, -1, 0], ()),
        ([0, "NaN", 0], ()),
    ],
)
def test_of_a_bad_state_the_nearest_good_value_is_the_line(
    values: list[float | str], expected: tuple[Threshold, ...]
) -> None:
    found = chart(
        Remembering({"ollama_up": [line(values, {"__name__": "ollama_up", **OLLAMA})]}), fires("OllamaDown", **OLLAMA)
    )

    assert found is not None
    assert found.chart.thresholds == expected


def test_of_alternatives_the_one_that_fires_is_drawn() -> None:
    labels = {"__name__": "up", "job": "redis-exporter", "instance": "r:9121"}
    source = Remembering({'up{job="redis-exporter"}': [line([1, 0], labels)]})

    found = chart(source, fires("RedisDown", job="redis-exporter", instance="r:9121"))

    assert found is not None
    assert source.asked == ["redis_up", 'up{job="redis-exporter"}']


def test_values_have_the_units_of_the_rule() -> None:
    source = Remembering({"sereno_ingest_lag_seconds": [line([1, 90], OLLAMA)]})
    found = chart(source, fires("SerenoIngestLag", "warning", **OLLAMA))
    assert found is not None
    assert [(one.name, one.unit) for one in found.chart.series] == [("SerenoIngestLag", "s")]


def test_promql_newer_than_ours_is_asked_for_as_it_is() -> None:
    expression = "function_of_tomorrow(x) > 1"
    source = Remembering({expression: [line([1], {})]}, [AlertRule("New", expression)])
    found = chart(source, fires("New"))
    assert found is not None
    assert (found.query, found.chart.thresholds) == (expression, ())

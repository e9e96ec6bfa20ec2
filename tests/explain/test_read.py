"""Frames as JSON: what a Grafana panel sends, and what a hostile client may."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sereno.errors import QueryError
from sereno.explain.read import chart_of_json

TIMES = [1_763_683_200_000, 1_763_683_260_000]


def a_document(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"frames": [{"name": "latency", "fields": list(fields)}], **more}


def time_field(values: list[Any] | None = None) -> dict[str, Any]:
    return {"name": "time", "type": "time", "values": TIMES if values is None else values}


def test_the_example_of_the_contract() -> None:
    chart = chart_of_json(
        a_document(
            time_field(),
            {"name": "p95", "type": "number", "unit": "s", "labels": {"model": "llama3"}, "values": [1.2, None]},
        )
    )
    (series,) = chart.series
    assert (series.name, series.unit, series.labels) == ("p95", "s", {"model": "llama3"})
    assert series.times.tolist() == [1_763_683_200.0, 1_763_683_260.0]
    assert series.values[0] == 1.2
    assert np.isnan(series.values[1])


def test_siblings_are_told_apart_by_the_labels_that_differ() -> None:
    fields = [
        {"name": "Value", "type": "number", "labels": {"job": "sereno", "model": model}, "values": [1, 2]}
        for model in ("llama3", "qwen3")
    ]
    chart = chart_of_json({"frames": [{"fields": [time_field(), *fields]}]})
    assert [one.name for one in chart.series] == ["llama3", "qwen3"]


def test_the_long_form_has_a_series_for_each_word() -> None:
    chart = chart_of_json(
        a_document(
            time_field([*TIMES, *TIMES]),
            {"name": "model", "type": "string", "values": ["a", "a", "b", "b"]},
            {"name": "cost", "type": "number", "unit": "currencyUSD", "values": [1, 2, 3, 4]},
        )
    )
    assert [(one.name, one.values.tolist()) for one in chart.series] == [("cost a", [1, 2]), ("cost b", [3, 4])]


def test_words_without_times_are_categories() -> None:
    chart = chart_of_json(
        a_document(
            {"name": "user", "type": "string", "values": ["ana", "bo"]},
            {"name": "calls", "type": "number", "values": [5, 7]},
        )
    )
    (categories,) = chart.categories
    assert (categories.name, categories.names, categories.values.tolist()) == ("calls", ("ana", "bo"), [5, 7])


def test_range_thresholds_events_and_what_is_no_number() -> None:
    chart = chart_of_json(
        a_document(
            time_field(["2026-11-20T10:00:00Z", "2026-11-20T11:01:00+01:00"]),
            {"name": "v", "values": ["NaN", 10**400]},
            range={"from": 1000, "to": "2026-11-20T10:00:00Z"},
            thresholds=[{"value": 5, "name": "limit", "above": False}],
            events=[{"at": 5000, "kind": "deploy", "title": "v2"}],
            tz="Europe/Madrid",
        ),
    )
    assert chart.series == ()  # no type and text first: words
    assert chart.left_out == ("v",)
    assert (chart.start, chart.end, chart.tz) == (1.0, 1_795_168_800.0, "Europe/Madrid")
    assert chart.thresholds[0].above is False
    assert chart.events[0].at == 5.0


def test_numbers_that_are_none() -> None:
    field = {"name": "v", "type": "number", "values": ["NaN", "-Infinity", 10**400, True]}
    chart = chart_of_json({"frames": [{"fields": [time_field([1, 2, 3, 4]), field]}]})
    values = chart.series[0].values
    assert np.isnan(values[0])
    assert values[1:].tolist() == [-np.inf, np.inf, 1.0]


@pytest.mark.parametrize(
    ("document", "parameter"),
    [
        ([], "frames"),
        ({}, "frames"),
        ({"frames": "x"}, "frames"),
        ({"frames": [1]}, "frames[0]"),
        ({"frames": [{}]}, "frames[0]"),
        ({"frames": [{"fields": [{"name": "a", "type": "number"}]}]}, "frames[0].fields[0]"),
        ({"frames": [{"fields": [{"type": "number", "values": ["high"]}]}]}, "frames[0].fields[0].values[0]"),
        ({"frames": [{"fields": [{"type": "number", "values": [{}]}]}]}, "frames[0].fields[0].values[0]"),
        ({"frames": [{"fields": [{"type": "time", "values": ["noon"]}]}]}, "frames[0].fields[0].values[0]"),
        ({"frames": [{"fields": [{"type": "colour", "values": []}]}]}, "frames[0].fields[0]"),
        (a_document(time_field(), {"type": "number", "values": [1]}), "frames[0].fields"),
        ({"frames": [], "tz": "Mars/Olympus"}, "tz"),
        ({"frames": [], "tz": "../../etc/passwd"}, "tz"),
        ({"frames": [], "range": {"from": "x"}}, "range.from"),
        ({"frames": [], "thresholds": [{}]}, "thresholds[0]"),
        ({"frames": [], "events": [{"title": "x"}]}, "events[0]"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(document: object, parameter: str) -> None:
    with pytest.raises(QueryError) as caught:
        chart_of_json(document)
    assert caught.value.parameter == parameter
    assert caught.value.expected

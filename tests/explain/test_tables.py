"""Tables as charts: times of every type, columns of every kind, and what is said of a table that holds no chart."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sereno.errors import QueryError
from sereno.explain.facts import facts
from sereno.explain.frame import Chart
from sereno.explain.tables import chart_of_table

MIDNIGHT = 1_704_067_200.0  # 2024-01-01T00:00:00Z


def a_chart(columns: dict[str, Any], **more: str) -> Chart:
    return chart_of_table(pa.table(columns), **more)


@pytest.mark.parametrize(
    "times",
    [
        pa.array([datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)]),
        pa.array([datetime(2024, 1, 1), datetime(2024, 1, 2)], pa.timestamp("ns")),  # noqa: DTZ001 - without a zone
        pa.array([datetime(2024, 1, 1), datetime(2024, 1, 2)], pa.timestamp("s", "America/Bogota")),  # noqa: DTZ001 - instants are UTC
        pa.array([date(2024, 1, 1), date(2024, 1, 2)]),
        pa.array([date(2024, 1, 1), date(2024, 1, 2)], pa.date64()),
        pa.array(["2024-01-01", "2024-01-02"]),
        pa.array(["2024-01-01T00:00:00Z", "2024-01-02T02:00:00+02:00"]),
        pa.array(["2024-01-01T00:00", " 2024-01-02T00:00 "], pa.large_string()),
        pa.array([1_704_067_200, 1_704_153_600]),
        pa.array([1_704_067_200.0, 1_704_153_600.0]),
        pa.array([1_704_067_200_000, 1_704_153_600_000]),
        pa.array([1_704_067_200_000_000, 1_704_153_600_000_000]),
        pa.array([1_704_067_200_000_000_000, 1_704_153_600_000_000_000]),
        pa.array(["1704067200000", "1704153600000"]),
    ],
)
def test_every_way_to_write_two_days(times: pa.Array) -> None:
    (series,) = a_chart({"time": times, "v": [1.0, 2.0]}).series
    assert series.times.tolist() == [MIDNIGHT, MIDNIGHT + 86_400.0]
    assert series.values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        (pa.array([1, None, 3]), [1, np.nan, 3]),
        (pa.array([Decimal("1.5"), None, Decimal("2.5")]), [1.5, np.nan, 2.5]),
        (pa.array([True, False, None]), [1, 0, np.nan]),
        (pa.array(["1,5", "N/A", "2,5"]), [1.5, np.nan, 2.5]),
        (pa.array(["1.5", "2.5", "1.5"]).dictionary_encode(), [1.5, 2.5, 1.5]),
        (pa.nulls(3), [np.nan] * 3),
        (pa.array([1e308, -1e308, float("inf")]), [1e308, -1e308, np.inf]),
        (pa.array([2**63 - 1, 0, -(2**63)]), [2.0**63, 0, -(2.0**63)]),
    ],
)
def test_every_kind_of_number(column: pa.Array, values: list[float]) -> None:
    chart = a_chart({"time": [1, 2, 3], "v": column})
    np.testing.assert_array_equal(chart.series[0].values, values)
    assert facts(chart).series == ("v",)


def test_a_percent_sign_is_a_unit() -> None:
    (series,) = a_chart({"time": [1, 2], "used": ["5 %", "7 %"]}).series
    assert (series.unit, series.values.tolist()) == ("percent", [5.0, 7.0])


def test_words_beside_times_that_repeat_make_a_series_each() -> None:
    chart = a_chart({"day": ["2024-01-01"] * 2 + ["2024-01-02"] * 2, "model": list("abab"), "v": [1, 2, 3, 4]})
    assert [(one.labels, one.values.tolist()) for one in chart.series] == [
        ({"model": "a"}, [1.0, 3.0]),
        ({"model": "b"}, [2.0, 4.0]),
    ]


def test_names_that_repeat_are_told_apart() -> None:
    table = pa.Table.from_arrays([pa.array([1, 2]), pa.array([1, 2]), pa.array([3, 4])], names=["time", "v", "v"])
    assert [one.name for one in chart_of_table(table).series] == ["v (1)", "v (2)"]


@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_are_facts_of_the_data(rows: int) -> None:
    chart = a_chart({"time": pa.array([MIDNIGHT] * rows, pa.float64()), "v": pa.array([1.0] * rows, pa.float64())})
    notes = {fact.note for fact in facts(chart).facts if fact.kind == "data"}
    assert notes & {"empty", "all_missing", "one_point"}


def test_the_time_column_is_the_one_asked_for_or_the_first_of_a_time_type() -> None:
    begun = pa.array([datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)])
    ended = pa.array([datetime(2024, 1, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, 1, tzinfo=UTC)])
    columns = {"time": ["a", "b"], "begun": begun, "ended": ended, "v": [1, 2]}
    assert a_chart(columns).series[0].times[0] == MIDNIGHT
    assert a_chart(columns, time="ended").series[0].times[0] == MIDNIGHT + 3600.0


@pytest.mark.parametrize(
    ("columns", "time", "told"),
    [
        ({"time": [1, 2], "v": [1, 2]}, "when", "no column 'when'; it has time, v"),
        ({"time": ["soon", "later"], "v": [1, 2]}, "time", "the column 'time' holds no times"),
        ({"time": pa.array([timedelta(1), timedelta(2)]), "v": [1, 2]}, "time", "holds no times"),
        ({"time": [1, 2], "word": ["a", "b"]}, "", "no column of numbers; it has time, word"),
        ({}, "", "no column of numbers; it has none"),
    ],
)
def test_what_is_no_chart_is_said(columns: dict[str, Any], time: str, told: str) -> None:
    with pytest.raises(QueryError, match=told):
        chart_of_table(pa.table(columns), time=time or None)


def test_the_same_table_gives_the_same_facts() -> None:
    rng = np.random.default_rng(0)
    table = pa.table({"time": MIDNIGHT + 60.0 * np.arange(500), "v": rng.normal(size=500), "w": rng.normal(size=500)})
    assert facts(chart_of_table(table)) == facts(chart_of_table(table))
    shuffled = facts(chart_of_table(table.take(pa.array(rng.permutation(500)))))
    unsorted = [fact for fact in shuffled.facts if fact.note == "unsorted"]
    assert [fact for fact in shuffled.facts if fact not in unsorted] == list(facts(chart_of_table(table)).facts)
    assert len(unsorted) == 2

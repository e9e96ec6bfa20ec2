"""Whatever a chart holds, there are facts, and they are sound: finite numbers, ordered intervals, unique ids."""

from __future__ import annotations

from math import isfinite

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from sereno.explain.fact import FactSheet
from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Event, Series, Threshold

START = 1_700_000_000.0
NAN, INF = float("nan"), float("inf")


def series(values: object, times: object = None, *, name: str = "v", unit: str = "") -> Series:
    held = np.asarray(values, dtype=np.float64)
    when = START + 60.0 * np.arange(len(held)) if times is None else np.asarray(times, dtype=np.float64)
    return Series(name=name, unit=unit, times=np.asarray(when), values=held)


def sound(sheet: FactSheet) -> FactSheet:
    ids = [fact.id for fact in sheet.facts]
    assert len(set(ids)) == len(ids)
    weights = [fact.weight for fact in sheet.facts]
    assert weights == sorted(weights, reverse=True)
    for fact in sheet.facts:
        assert 0.0 <= fact.weight <= 1.0
        assert fact.p_value is None or 0.0 <= fact.p_value <= 1.0
        for number in fact.numbers:
            assert isfinite(number.value), (fact.id, number)
            assert number.low is None or number.high is None or number.low <= number.high, (fact.id, number)
        for time in fact.times:
            assert isfinite(time.at), (fact.id, time)
    again = msgspec.json.decode(msgspec.json.encode(sheet), type=FactSheet)
    assert again == sheet
    return sheet


def notes(sheet: FactSheet) -> set[str]:
    return {fact.note for fact in sheet.facts if fact.kind == "data"}


NOISE: NDArray[np.float64] = np.random.default_rng(0).normal(10, 1, 400)


@pytest.mark.parametrize(
    ("chart", "note"),
    [
        (Chart(), "empty"),
        (Chart(series=(series([]),)), "empty"),
        (Chart(series=(series([5.0]),)), "one_point"),
        (Chart(series=(series([NAN] * 50),)), "all_missing"),
        (Chart(series=(series([INF, -INF, NAN]),)), "all_missing"),
        (Chart(series=(series([3.0] * 50),)), "constant"),
        (Chart(series=(series([1.0, 2.0, 3.0]),)), "few_points"),
        (Chart(series=(series([*NOISE[:50], INF, NAN, -INF]),)), "infinite"),
        (Chart(series=(series(NOISE, START + 60.0 * np.arange(400)[::-1]),)), "unsorted"),
        (Chart(series=(series(NOISE, START + 60.0 * (np.arange(400) // 2)),)), "duplicates"),
        (Chart(series=(series(NOISE, np.full(400, START)),)), "one_point"),
        (Chart(series=(series(NOISE * 1e300),)), "out_of_range"),
        (Chart(series=(series(NOISE, np.full(400, NAN)),)), "all_missing"),
        (Chart(series=(series(NOISE, unit="s"), series(NOISE, unit="bytes", name="w"))), "mixed_units"),
        (Chart(left_out=("note",), series=(series(NOISE),)), "text"),
        (Chart(categories=(Categories(name="c", names=(), values=np.array([])),)), "empty"),
        (Chart(categories=(Categories(name="c", names=("a",), values=np.array([NAN])),)), "all_missing"),
        (Chart(series=(series(NOISE),), start=START + 1e6, end=START + 2e6), "empty"),
    ],
)
def test_what_is_wrong_with_the_data_is_a_fact(chart: Chart, note: str) -> None:
    assert note in notes(sound(facts(chart)))


@pytest.mark.parametrize(
    "values",
    [
        np.append(np.zeros(300), 1.0),
        np.append(np.zeros(300), 1e9),
        np.where(np.arange(400) % 2, 1.0, 0.0),
        np.repeat([0.0, 1.0], 200),
        np.arange(400.0),
        np.geomspace(1e-300, 1e99, 400),
        NOISE * 1e-310,
        NOISE + 1e15,
        np.round(NOISE),
        np.where(np.arange(400) % 7 == 0, NAN, NOISE),
    ],
)
def test_strange_shapes_are_sound(values: NDArray[np.float64]) -> None:
    chart = Chart(
        series=(series(values), series(NOISE[: len(values)], name="w")),
        thresholds=(Threshold(0.5), Threshold(NAN), Threshold(INF), Threshold(-5.0, above=False)),
        events=(
            Event(START + 6000, "deploy", "v2"),
            Event(NAN, "other", ""),
            Event(START - 1e9, "<b>", "x", until=INF),
        ),
    )
    sound(facts(chart))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_is_sound(data: st.DataObject) -> None:
    floats = st.floats(allow_nan=True, allow_infinity=True, width=64)
    size = data.draw(st.integers(0, 60))
    values = data.draw(arrays.arrays(np.float64, size, elements=st.one_of(floats, st.integers(-3, 3).map(float))))
    times = data.draw(arrays.arrays(np.float64, size, elements=st.one_of(floats, st.floats(0, 2e9))))
    limit = data.draw(floats)
    sound(
        facts(Chart(series=(series(values, times),), thresholds=(Threshold(limit),)), now=data.draw(st.floats(0, 2e9)))
    )


def test_five_hundred_series() -> None:
    rng = np.random.default_rng(1)
    chart = Chart(series=tuple(series(rng.normal(size=60), name=f"s{n}") for n in range(500)))
    sheet = sound(facts(chart))
    assert {fact.series[0] for fact in sheet.facts if fact.kind == "level"} == {f"s{n}" for n in range(500)}


def test_a_million_points_are_all_counted() -> None:
    values = np.random.default_rng(2).normal(size=1_000_000)
    values[123_456] = 1e3
    (level,) = [fact for fact in facts(Chart(series=(series(values),))).facts if fact.kind == "level"]
    told = {number.name: number.value for number in level.numbers}
    assert told["count"] == 1_000_000
    assert told["mean"] == pytest.approx(values.mean(), rel=1e-12)
    assert told["median"] == np.median(values)


def test_days_beside_minutes_have_no_points_to_correlate() -> None:
    rng = np.random.default_rng(0)
    spans = (("days", 86_400.0, 82), ("minutes", 60.0, 100), ("seconds", 1.0, 900), ("slow seconds", 11.0, 60))
    chart = Chart(
        series=tuple(
            Series(name=name, times=1.7e9 + 100.0 / step + step * np.arange(float(n)), values=rng.normal(size=n))
            for name, step, n in spans
        )
    )
    sheet = facts(chart)
    assert {name for fact in sheet.facts for name in fact.series} == {name for name, _, _ in spans}

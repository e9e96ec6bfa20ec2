"""What a series is made of: parts agree with one another."""

from __future__ import annotations

import numpy as np
import pytest

from sereno.explain.anatomy import Anatomy
from sereno.explain.facts import facts
from sereno.explain.frame import Chart, Series
from sereno.explain.prepared import prepare


def a_series(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Series:
    return Series(name="v", times=np.asarray(1.7e9 + 60.0 * np.arange(float(len(values)))), values=values)


def a_season_that_stands_still(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Twenty cycles of 48 points around 100, ± 20, with noise of a Weyl sequence; still from 400 to 499."""
    i = np.arange(960.0)
    values = 100.0 + 20.0 * np.sin(2.0 * np.pi * i / 48.0) + 6.0 * ((i * 0.6180339887498949) % 1.0 - 0.5)
    values[400:500] = value
    return np.asarray(values)


def told(values: np.ndarray[tuple[int], np.dtype[np.float64]], kind: str) -> list[tuple[int, int]]:
    """Where facts of a kind begin and end, in points."""
    found = [fact for fact in facts(Chart(series=(a_series(values),))).facts if fact.kind == kind]
    return sorted(
        (round(((fact.start or 0.0) - 1.7e9) / 60), round(((fact.end or 0.0) - 1.7e9) / 60)) for fact in found
    )


@pytest.mark.parametrize("value", [92.0, 100.0, 104.0, 110.0])
def test_a_season_that_stands_still_does_so_once(value: float) -> None:
    values = a_season_that_stands_still(value)
    assert told(values, "flat") == [(400, 499)]
    assert told(values, "anomaly") == []
    assert told(values, "change_point") == []


@pytest.mark.parametrize(("spike", "flat"), [(450, [(400, 449), (451, 499)]), (390, [(400, 499)]), (500, [(400, 499)])])
def test_a_spike_in_or_beside_what_stands_still_is_told(spike: int, flat: list[tuple[int, int]]) -> None:
    values = a_season_that_stands_still(104.0)
    values[spike] = 170.0
    assert told(values, "anomaly") == [(spike, spike)]
    assert told(values, "flat") == flat


@pytest.mark.parametrize("value", [0.0, 180.0])
def test_an_outage_of_whole_days_is_one_level(value: float) -> None:
    values = a_season_that_stands_still(value)
    assert [begin for begin, _ in told(values, "change_point")] == [400, 500]
    assert set(told(values, "anomaly")) <= {(400, 499)}  # all of it or nothing


def test_an_outage_within_a_cycle_is_one_anomaly() -> None:
    values = np.roll(a_season_that_stands_still(104.0), -500)[:860]  # what does not stand still
    values[410:422] = 0.0
    assert told(values, "anomaly") == [(410, 421)]
    assert told(values, "flat") == [(410, 421)]


def test_a_change_that_was_dropped_decides_nothing() -> None:
    """Heavy tails and a short stretch: of three levels on the grid one has too little left among the points."""
    rng = np.random.default_rng([380, 11])
    values = rng.standard_t(2, int(rng.choice([60, 100, 300])))
    begin = int(rng.integers(5, len(values) - 5))
    length = int(rng.integers(3, 9))
    values[begin : begin + length] += rng.uniform(4, 10)
    anatomy = Anatomy(prepare(a_series(values)))
    assert len(anatomy.changes) < len(anatomy.bounds)
    assert anatomy.latest_level == np.searchsorted(anatomy.coarse.times, anatomy.changes[-1].at)


@pytest.mark.parametrize("height", [0.0, 8.0])
def test_forecasts_look_at_the_last_level_only(height: float) -> None:
    values = np.random.default_rng(4).normal(size=240) + height * (np.arange(240) >= 120)
    series = a_series(values)
    anatomy = Anatomy(prepare(series))
    assert anatomy.stepped == (height > 0.0)
    assert abs(anatomy.latest_level - (120 if height else 0)) <= 1
    (forecast,) = (fact for fact in facts(Chart(series=(series,))).facts if fact.kind == "forecast")
    assert forecast.numbers[0].value == pytest.approx(height, abs=0.7)


def test_frequent_steps_are_told_as_changes() -> None:
    lengths = [20, 45, 15, 52, 23, 40, 31, 14]  # unequal: equal ones would be a season
    heights = np.repeat([0.0, 8.0, 1.0, 9.0, 0.0, 7.0, -1.0, 8.0], lengths)
    values = heights + np.random.default_rng(5).normal(size=240)
    found = [round((change.at - 1.7e9) / 60.0) for change in Anatomy(prepare(a_series(values))).changes]
    assert found == pytest.approx(np.cumsum(lengths)[:-1].tolist(), abs=2)


@pytest.mark.parametrize("at", [(40, 41), (40, 42, 90), (0, 1), (98, 99)])
def test_a_few_events_among_quiet_points_are_no_level(at: tuple[int, ...]) -> None:
    values = np.zeros(100)
    values[list(at)] = 1.0
    chart = Chart(series=(Series(name="errors", times=np.arange(0.0, 6000.0, 60.0), values=values),))
    assert not [fact for fact in facts(chart).facts if fact.kind in {"change_point", "anomaly"}]


@pytest.mark.parametrize("length", [12, 60, 1500])
def test_a_state_that_holds_is_a_new_level(length: int) -> None:
    values = np.repeat([1.0, 3.0, 2.0], length)
    chart = Chart(series=(Series(name="replicas", times=np.arange(0.0, 180.0 * length, 60.0), values=values),))
    changes = [fact for fact in facts(chart).facts if fact.kind == "change_point"]
    assert [
        (fact.start, fact.numbers[0].value, fact.numbers[1].value) for fact in sorted(changes, key=lambda one: one.id)
    ] == [(60.0 * length, 1.0, 3.0), (120.0 * length, 3.0, 2.0)]

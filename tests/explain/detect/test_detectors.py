"""Each detector on a series whose facts are known: published ones, and planted ones."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import ttest_ind

from sereno.explain.detect.comparisons import Period, compared
from sereno.explain.fact import Fact, FactSheet
from sereno.explain.facts import facts
from sereno.explain.frame import Categories, Chart, Event, Series, Threshold
from sereno.explain.prepared import prepare

START = 1_700_000_000.0
PASSENGERS = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140 145 150 178
163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194 196 196 236 235 229 243
264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229 242 233 267 269 270 315 364 347 312
274 237 278 284 277 317 313 318 374 413 405 355 306 271 306 315 301 356 348 355 422 465 467 404 347 305 336
340 318 362 348 363 435 491 505 404 359 310 337 360 342 406 396 420 472 548 559 463 407 362 405 417 391 419
461 472 535 622 606 508 461 390 432
"""
"""Airline passengers in thousands, monthly, 1949–1960 (Box and Jenkins 1970, series G)."""


def a_chart(values: NDArray[np.float64], *, step: float = 60.0, unit: str = "", **more: object) -> Chart:
    times = np.asarray(START + step * np.arange(len(values)))
    return Chart(series=(Series(name="v", times=times, values=values, unit=unit),), **more)  # type: ignore[arg-type]


def told(sheet: FactSheet, kind: str) -> list[Fact]:
    return [fact for fact in sheet.facts if fact.kind == kind]


def number(fact: Fact, name: str) -> float:
    return next(one.value for one in fact.numbers if one.name == name)


def noise(n: int, seed: int = 0) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=n)


def test_passengers_come_back_every_year_and_grow() -> None:
    month = 2629746.0
    values = np.array(PASSENGERS.split(), dtype=float)
    sheet = facts(a_chart(values, step=month))
    season = told(sheet, "seasonality")[0]
    assert number(season, "period") / month == pytest.approx(12.0, rel=0.01)
    (trend,) = told(sheet, "trend")
    assert trend.direction == "up"
    assert 2.2 * month < number(trend, "slope_per_year") / 12 * month < 3.0 * month  # 2.66 a month by least squares


def test_a_gap_has_its_ends_and_what_is_missing() -> None:
    keep = np.r_[0:100, 130:300]
    times, values = START + 60.0 * np.arange(300.0)[keep], noise(270)
    chart = Chart(series=(Series(name="v", times=np.asarray(times), values=values),), end=START + 60.0 * 400)
    inner, trailing = sorted(told(facts(chart, now=START + 60.0 * 400), "gap"), key=lambda fact: fact.start or 0)
    assert (inner.start, inner.end) == (START + 60 * 99, START + 60 * 130)
    assert (number(inner, "duration"), number(inner, "count")) == (31 * 60.0, 30.0)
    assert trailing.note == "trailing"
    assert trailing.start == START + 60 * 299


def test_a_regular_series_and_a_random_one_have_no_gaps() -> None:
    assert not told(facts(a_chart(noise(200))), "gap")
    times = np.cumsum(np.random.default_rng(1).uniform(30, 90, 300))
    assert not told(facts(Chart(series=(Series(name="v", times=times, values=noise(300)),))), "gap")


def test_a_sensor_that_stands_still() -> None:
    values = noise(300)
    values[100:160] = values[100]
    (flat,) = told(facts(a_chart(values)), "flat")
    assert (flat.start, flat.end, number(flat, "count")) == (START + 6000, START + 60 * 159, 60.0)
    counts = np.random.default_rng(2).poisson(0.3, 1000).astype(float)
    assert not told(facts(a_chart(counts)), "flat")  # many equal neighbours are how this series is


def test_thresholds_count_every_stretch() -> None:
    values = np.array([1.0, 5, 5, 1, 1, 7, 1, 1, 1, 1])
    chart = a_chart(values, thresholds=(Threshold(4.0, "limit"), Threshold(9.0), Threshold(0.5, above=False)))
    crossed, *never = sorted(told(facts(chart), "threshold"), key=lambda fact: -fact.weight)
    assert crossed.label == "limit"
    assert (number(crossed, "count"), number(crossed, "share"), number(crossed, "peak_value")) == (2.0, 30.0, 7.0)
    assert number(crossed, "duration") == 180.0  # two points and then one, each up to the next point within
    assert crossed.note == "returned"
    assert {fact.note for fact in never} == {"never"}


def test_yesterday_and_the_hour_before() -> None:
    minutes = 3 * 1440
    values = 10.0 + noise(minutes)
    values[-60:] += 5.0
    sheet = facts(a_chart(values))
    hour = next(fact for fact in told(sheet, "comparison") if fact.note == "previous_hour")
    assert number(hour, "current") == pytest.approx(values[-60:].mean())
    assert number(hour, "previous") == pytest.approx(values[-120:-60].mean())
    assert hour.direction == "up"
    same = next(fact for fact in told(sheet, "comparison") if fact.note == "same_hour_yesterday")
    assert number(same, "previous") == pytest.approx(values[-1500:-1440].mean())
    day = next(fact for fact in told(sheet, "comparison") if fact.note == "previous_day")
    interval = next(one for one in day.numbers if one.name == "change")
    assert interval.low is not None
    assert interval.high is not None
    assert interval.low < 5 * 60 / 1440 < interval.high


def test_what_moves_first_leads() -> None:
    source = np.cumsum(noise(400, 1)) * 0.3 + noise(400, 2)
    times = np.asarray(START + 60.0 * np.arange(400))
    series = [("late", np.roll(source, 5)), ("early", source + 0.1 * noise(400, 3)), ("other", noise(400, 4))]
    sheet = facts(Chart(series=tuple(Series(name=name, times=times, values=values) for name, values in series)))
    (lead,) = told(sheet, "lead_lag")
    assert lead.series == ("early", "late")
    assert number(lead, "lag") == pytest.approx(300.0, abs=60.0)


def test_opposites_correlate_downwards() -> None:
    times, base = np.asarray(START + 60.0 * np.arange(200)), noise(200, 1)
    sheet = facts(
        Chart(
            series=(
                Series(name="a", times=times, values=base),
                Series(name="b", times=times, values=-base + 0.3 * noise(200, 2)),
            )
        )
    )
    (pair,) = told(sheet, "correlation")
    assert (pair.series, pair.direction) == (("a", "b"), "down")
    assert number(pair, "correlation") < -0.8


def test_forecasts_hold_what_they_promise() -> None:
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        whole = np.cumsum(rng.normal(size=260)) if seed % 2 else 50 + 0.1 * np.arange(260) + rng.normal(size=260)
        (forecast,) = told(facts(a_chart(whole[:200])), "forecast")
        expected = forecast.numbers[0]
        at = round((forecast.times[0].at - START) / 60)
        assert expected.low is not None
        assert expected.high is not None
        held += expected.low <= whole[at] <= expected.high
    assert held >= 60 * 0.78  # 90 % promised, less what 60 draws may miss by chance (p = 0.01) and forgotten drifts


def test_a_disk_that_fills() -> None:
    values = 50.0 + 0.1 * np.arange(300) + 0.2 * noise(300)
    (full,) = told(facts(a_chart(values, unit="percent")), "capacity")
    remaining = next(one for one in full.numbers if one.name == "remaining")
    truth = (100.0 - values[-1]) / 0.1 * 60.0
    assert remaining.value == pytest.approx(truth, rel=0.05)
    assert remaining.low is not None
    assert remaining.high is not None
    assert remaining.low < remaining.value < remaining.high
    assert not told(facts(a_chart(noise(300) + 50, unit="percent")), "capacity")


def test_an_event_is_placed_beside_the_change_that_follows() -> None:
    values = noise(400) + 6.0 * (np.arange(400) >= 203)
    events = (Event(START + 200 * 60, "deploy", "v2 <img>"), Event(START + 50 * 60, "alert", "quiet"))
    deploy, alert = sorted(told(facts(a_chart(values, events=events)), "event"), key=lambda fact: -fact.weight)
    assert (deploy.note, deploy.label, deploy.series, deploy.direction) == ("deploy", "v2 <img>", ("v",), "up")
    assert number(deploy, "delay") == 180.0
    assert number(deploy, "after") - number(deploy, "before") == pytest.approx(5.5, abs=0.8)
    assert (alert.note, alert.series) == ("alert", ())


def test_shares_of_a_pie() -> None:
    pie = Categories(name="cost", names=("a", "b", "c", "d"), values=np.array([10.0, 60, 25, 5]), unit="currencyUSD")
    sheet = facts(Chart(categories=(pie,)))
    whole = next(fact for fact in told(sheet, "composition") if fact.note == "total")
    assert (number(whole, "total"), number(whole, "count"), whole.series) == (100.0, 4.0, ("cost", "b", "d"))
    first = next(fact for fact in told(sheet, "composition") if fact.series[0] == "b")
    assert (number(first, "share"), number(first, "rank")) == (60.0, 1.0)


def test_a_broken_season_is_an_anomaly_although_its_value_is_ordinary() -> None:
    minutes = np.arange(24 * 14)
    values = 10 * np.sin(2 * np.pi * minutes / 24) + 0.5 * noise(len(minutes))
    values[210] = 10.0  # at the bottom of the cycle
    (odd,) = told(facts(a_chart(values, step=3600.0)), "anomaly")
    assert odd.times[0].at == START + 210 * 3600.0
    assert number(odd, "expected") == pytest.approx(-10.0, abs=1.0)


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_in_any_order_give_the_same_facts(seed: int) -> None:
    values = noise(300) + 4.0 * (np.arange(300) > 150)
    times = np.asarray(START + 60.0 * np.arange(300))
    order = np.random.default_rng(seed).permutation(300)
    plain = facts(Chart(series=(Series(name="v", times=times, values=values),)))
    mixed = facts(Chart(series=(Series(name="v", times=times[order], values=values[order]),)))
    assert [fact for fact in mixed.facts if fact.kind != "data"] == list(plain.facts)
    assert facts(Chart(series=(Series(name="v", times=times, values=values),))) == plain


@pytest.mark.parametrize(("scale", "shift"), [(1e-6, 0.0), (1024.0, 0.0), (1.0, 4096.0)])
def test_units_do_not_change_what_is_found(scale: float, shift: float) -> None:
    values = noise(400) + 5.0 * (np.arange(400) > 250)
    values[100] += 20.0
    plain, other = facts(a_chart(values)), facts(a_chart(values * scale + shift))

    def found(sheet: FactSheet) -> list[tuple[str, str | None, float | None]]:
        kinds = {"change_point", "anomaly", "trend", "seasonality"}
        return sorted((fact.kind, fact.direction, fact.start) for fact in sheet.facts if fact.kind in kinds)

    assert found(other) == found(plain)
    assert len(found(plain)) == 3


def test_a_constant_has_no_trend_and_a_line_through_noise_has_one_in_its_interval() -> None:
    (flat,) = told(facts(a_chart(np.full(50, 3.0))), "trend")
    assert (flat.direction, number(flat, "change"), number(flat, "start_value")) == ("flat", 0.0, 3.0)
    held = 0
    for seed in range(20):
        (trend,) = told(facts(a_chart(noise(200, seed) + np.linspace(0.0, 10.0, 200))), "trend")
        change = next(one for one in trend.numbers if one.name == "change")
        assert trend.direction == "up"
        held += (change.low or 0.0) <= 10.0 <= (change.high or 0.0)
    assert held >= 16  # of 20 intervals of 95 %; fewer come once in 300 times (binomial)


def test_a_stretch_that_does_not_belong_has_its_size_and_chance() -> None:
    values = noise(1000)
    values[400:420] += 15.0
    (odd,) = told(facts(a_chart(values, unit="ms")), "anomaly")
    assert (odd.note, odd.direction) == ("collective", "up")
    assert odd.start == pytest.approx(START + 60 * 400, abs=60)
    assert odd.end == pytest.approx(START + 60 * 419, abs=60)
    assert number(odd, "difference") == pytest.approx(15.0, abs=1.0)
    assert number(odd, "expected") == pytest.approx(0.0, abs=0.5)
    assert number(odd, "peak_value") == values.max()
    assert odd.p_value is not None
    assert odd.p_value < 1e-6


def test_any_two_periods_are_compared_as_welch_does() -> None:
    before, after = noise(40), noise(60, seed=1) + 1.0
    values = np.concatenate((before, after))
    prepared = prepare(a_chart(values).series[0])
    first, second = Period(START, START + 60 * 40), Period(START + 60 * 40, START + 60 * 100)
    fact = compared(prepared, second, first)
    assert fact is not None
    change = next(one for one in fact.numbers if one.name == "change")
    published = ttest_ind(after, before, equal_var=False)
    interval = published.confidence_interval(0.95)
    assert change.value == pytest.approx(after.mean() - before.mean())
    assert (change.low, change.high) == pytest.approx((interval.low, interval.high))
    assert fact.p_value == pytest.approx(published.pvalue)


def test_the_same_day_of_the_week_before() -> None:
    hours = np.arange(24 * 15)
    values = noise(len(hours)) * 0.1 + np.where(hours >= 24 * 14, 12.0, 10.0)
    (week,) = [
        one for one in told(facts(a_chart(values, step=3600.0)), "comparison") if one.note == "same_day_last_week"
    ]
    assert week.direction == "up"
    assert number(week, "change") == pytest.approx(2.0, abs=0.1)
    assert number(week, "change_percent") == pytest.approx(20.0, abs=1.0)


def test_many_pairs_of_noise_are_not_called_related() -> None:
    rng = np.random.default_rng(3)
    times = np.asarray(START + 60.0 * np.arange(300.0), dtype=np.float64)
    rows = [Series(name=f"s{row}", times=times, values=rng.normal(size=300)) for row in range(60)]
    sheet = facts(Chart(series=tuple(rows)))  # 1,770 pairs: of uncorrected tests at 0.001 about two would be called so
    assert not told(sheet, "correlation")
    assert not told(sheet, "lead_lag")

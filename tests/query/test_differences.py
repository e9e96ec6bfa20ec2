"""What of two sets of calls differs: sure where it is, silent where chance could have made it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from sereno.query.differences import FigureDifference, differences, figure_difference
from sereno.stats.histograms import Histogram
from sereno.store.base import Totals


def timed(*values: float) -> Histogram:
    made = Histogram.empty(())
    for value in values:
        made.add(value)
    return made


def by_name(a: Totals, b: Totals) -> dict[str, FigureDifference]:
    return {one.measure: one for one in differences(a, b)}


def test_rates_are_newcombes() -> None:
    a, b = Totals(calls=90, success=32, error=48, aborted=10), Totals(calls=70, success=14, error=56)
    found = by_name(a, b)["error_rate"]  # 48/80 and 56/70; Newcombe (1998), table II, contrast a, method 10
    assert found.low == pytest.approx(0.0524, abs=5e-5)
    assert found.high == pytest.approx(0.3339, abs=5e-5)
    assert found.sign == 1
    assert by_name(b, a)["error_rate"].sign == -1
    assert by_name(a, a)["error_rate"].sign == 0


def test_what_is_unknown_of_one_is_not_told() -> None:
    known = Totals(success=5, latency=timed(1.0, 2.0), ttft=timed(0.1), tpot=timed(0.02))
    assert differences(Totals(), known) == []
    assert [one.measure for one in differences(Totals(success=1), known)] == ["error_rate"]


def test_a_few_calls_are_never_better_and_an_end_that_is_open_is_null() -> None:
    few = by_name(Totals(latency=timed(1.0, 1.0, 1.0)), Totals(latency=timed(90.0, 90.0, 90.0)))["latency_p50"]
    assert (few.low, few.high, few.sign) == (None, None, 0)


def test_slower_and_quicker_models_are_told_apart() -> None:
    chance = np.random.default_rng(5)

    def calls(scale: float) -> Totals:
        spread = np.exp(chance.normal(0, 0.3, 400))
        return Totals(latency=timed(*(2 * scale * spread)), tpot=timed(*(0.02 * scale * spread)))

    slow, quick = calls(1.5), calls(1.0)
    found = by_name(quick, slow)
    assert (found["latency_p50"].sign, found["latency_p95"].sign, found["tokens_per_second"].sign) == (1, 1, -1)
    speed = found["tokens_per_second"]  # truly 50 and 33.3 tokens a second
    assert speed.low is not None
    assert speed.high is not None
    assert speed.low < 100 / 3 - 50 < speed.high


def test_equal_models_are_hardly_ever_told_apart() -> None:
    chance = np.random.default_rng(6)

    def calls() -> Totals:
        error = int(chance.binomial(200, 0.1))
        return Totals(error=error, success=200 - error, latency=timed(*np.exp(chance.normal(0, 0.5, 200))))

    told = [one.sign for _ in range(200) for one in differences(calls(), calls())]
    assert len(told) == 200 * 4
    assert sum(sign != 0 for sign in told) / len(told) <= 0.05


@pytest.mark.parametrize(("ends", "sign"), [((0.1, 0.2), 1), ((-0.2, -0.1), -1), ((-0.1, 0.1), 0), ((None, -0.1), -1)])
def test_the_sign_is_that_of_an_interval_that_leaves_out_zero(ends: Any, sign: int) -> None:
    assert FigureDifference(measure="quality", low=ends[0], high=ends[1]).sign == sign


def test_an_estimate_with_its_own_interval() -> None:
    found = figure_difference("quality", 0.6, (0.5, 0.7), 0.8, (0.74, 0.84))
    assert found.low == pytest.approx(0.2 - math.hypot(0.06, 0.1))
    assert found.high == pytest.approx(0.2 + math.hypot(0.04, 0.1))

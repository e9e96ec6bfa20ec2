"""Verdicts: alarms when there is something, silence when there is not, a sentence when there is too little."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sereno.drift.columns import words
from sereno.drift.compare import compare
from sereno.drift.form import comparison_json
from sereno.drift.reference import freeze
from sereno.drift.verdict import severity
from sereno.stats.distances import jeffreys, kl

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.sampled_from(["a", "b", "1", "1.0", ""])
)
NAMES = np.array(["a", "b", "c", "d", "e", "f"])
SKEWED = (0.7, 0.15, 0.08, 0.04, 0.02, 0.01)


def draw(kind: str, rng: np.random.Generator, n: int) -> Any:
    if kind == "skewed":
        return words(np.repeat(NAMES, rng.multinomial(n, SKEWED)).tolist())
    return rng.normal(size=n) if kind == "normal" else rng.lognormal(size=n)


@pytest.mark.parametrize("kind", ["normal", "lognormal", "skewed"])
@pytest.mark.parametrize("rows", [50, 100, 200, 500, 5000])
def test_false_alarms(kind: str, rows: int) -> None:
    """At most 1 % of windows of ten features: 3 in 60 would be 5 %. benchmarks/drift.py counts 10,000."""
    rng = np.random.default_rng(rows)
    alarms = 0
    for _ in range(12):
        reference = freeze({str(i): draw(kind, rng, 1000) for i in range(10)})
        for _ in range(5):
            found = compare(reference, {str(i): draw(kind, rng, rows) for i in range(10)}, resamples=0)
            alarms += found.severity != "none"
    assert alarms <= 4  # P(more | 1 %) is 0.3 in 1000


def test_power() -> None:
    """A shift of 0.3 σ at N = M = 5000 is found; the 0.1 rule finds 16 % of them."""
    rng = np.random.default_rng(1)
    found = 0
    for _ in range(100):
        reference = freeze({"v": rng.normal(size=5000)})
        found += compare(reference, {"v": rng.normal(0.3, 1, 5000)}, resamples=0).severity != "none"
    assert found >= 99


@pytest.mark.parametrize(
    ("psi", "p", "expected"),
    [(0.0199, 0, "none"), (0.02, 0.01, "notice"), (0.0999, 0.01, "notice"), (0.1, 0.01, "moderate"),
     (0.2, 0.01, "significant"), (0.3, 0.01, "critical"), (5, 0.0101, "none")],
)  # fmt: skip
def test_the_bands_of_the_contract(psi: float, p: float, expected: str) -> None:
    assert severity(psi, p) == expected


def test_figures_are_of_the_smoothed_counts() -> None:
    reference = freeze({"c": ["a"] * 60 + ["b"] * 40})
    result = compare(reference, {"c": ["a"] * 30 + ["b"] * 70}).results[0]
    assert result.psi is not None
    assert result.psi_corrected is not None
    now, before = jeffreys([30, 70]), jeffreys([60, 40])
    assert result.kl == pytest.approx(float(kl(now, before)))  # current‖reference, nats
    assert result.psi == pytest.approx(float(kl(now, before) + kl(before, now)))
    assert result.psi_corrected == pytest.approx(result.psi - (1 / 100 + 1 / 100))
    assert result.interval is not None
    assert result.interval.low <= result.psi_corrected <= result.interval.high


def test_the_answer_repeats() -> None:
    rng = np.random.default_rng(3)
    reference, current = freeze({"v": rng.normal(size=300)}), {"v": rng.normal(0.3, 1, 60)}
    assert compare(reference, current).results[0].p_value == compare(reference, current).results[0].p_value


def test_most_important_first() -> None:
    rng = np.random.default_rng(4)
    reference = freeze({name: rng.normal(size=2000) for name in ("still", "little", "much")})
    found = compare(
        reference,
        {"still": rng.normal(size=1000), "little": rng.normal(0.4, 1, 1000), "much": rng.normal(2, 1, 1000)},
    )
    assert [result.feature for result in found.results] == ["much", "little", "still"]
    assert found.severity == "critical"
    assert found.top is not None
    assert found.top.feature == "much"


def column_of(value: Any) -> list[Any]:
    return [value] * 200


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ([], [], "insufficient_data"),
        ([1.0, 2.0], [1.0, 2.0], "insufficient_data"),
        (list(range(200)), [1, 2], "insufficient_data"),
        (column_of(5.0), column_of(5.0), "none"),
        (column_of(5.0), column_of(5.1), "critical"),
        (column_of(5.0), column_of(4.9), "critical"),
        (column_of(None), column_of(None), "none"),
        (column_of(None), column_of("a"), "critical"),
        (list(range(200)), column_of(None), "critical"),
        (list(range(200)), column_of(float("nan")), "critical"),
        (list(range(200)), column_of(float("inf")), "critical"),
        (list(range(200)), column_of("word"), "critical"),
        (column_of("a"), column_of("new"), "critical"),
        ([1, 0] * 100, [1.0, 0.0] * 100, "none"),
        (["1", "0"] * 100, [1.0, 0.0] * 100, "none"),
        (["1.0", "0.0"] * 100, [1, 0] * 100, "none"),
        ([1, 1.0, "1", "1.0"] * 50, ["1"] * 200, "none"),
        ([f"id-{n}" for n in range(200)], [f"id-{n}" for n in range(200, 400)], "none"),  # ids are new in any window
    ],
)  # fmt: skip
def test_hard_input(before: list[Any], now: list[Any], expected: str) -> None:
    found = compare(freeze({"c": before}), {"c": now})
    assert found.severity == expected
    figures = comparison_json(found)["features"][0]
    numbers = [figures[name] for name in ("psi", "psi_corrected", "js", "kl", "p_value")]
    if expected == "insufficient_data":
        assert numbers == [None] * 5
    else:
        assert np.isfinite(numbers).all()


@settings(max_examples=150)
@given(st.lists(CELLS, max_size=80), st.lists(CELLS, max_size=80))
def test_anything_gets_a_verdict(before: list[Any], now: list[Any]) -> None:
    found = compare(freeze({"c": before}), {"c": now}, resamples=20)
    assert found.results[0].severity in {"insufficient_data", "none", "notice", "moderate", "significant", "critical"}


def test_a_new_share_of_missing_values_is_drift() -> None:
    values: NDArray[np.float64] = np.random.default_rng(5).normal(size=1000)
    current = values.copy()
    current[::4] = np.nan
    result = compare(freeze({"v": values}), {"v": current}).results[0]
    assert result.severity in {"moderate", "significant", "critical"}
    assert (result.missing_reference, result.missing_current) == (0, 250)


def test_columns_that_differ_are_named() -> None:
    found = compare(freeze({"a": [1] * 50, "b": [1] * 50}), {"b": [1] * 50, "c": [1] * 50})
    assert (found.only_reference, found.only_current) == (("a",), ("c",))
    with pytest.raises(ValueError, match="no column in common"):
        compare(freeze({"a": [1]}), {"b": [1]})


def test_many_features_can_still_be_found() -> None:
    """The smallest p-value by permutation must survive the correction for a hundred features."""
    rng = np.random.default_rng(6)
    reference = freeze({str(i): rng.normal(size=500) for i in range(100)})
    current = {str(i): rng.normal(3 if i == 7 else 0, 1, 60) for i in range(100)}
    found = compare(reference, current, resamples=0)
    assert [r.feature for r in found.results if r.severity != "none"] == ["7"]


def test_ten_million_rows() -> None:
    n = 10_000_000
    before = np.random.default_rng(8).normal(size=10_000)
    reference = freeze({"same": before, "shares": np.repeat(["a", "b"], 5000)})
    current = np.repeat(["a", "b"], [6 * n // 10, 4 * n // 10])
    found = {
        one.feature: one
        for one in compare(reference, {"same": np.tile(before, n // 10_000), "shares": current}).results
    }
    assert (found["same"].severity, found["same"].n_current) == ("none", n)
    assert found["same"].psi == pytest.approx(0.0, abs=1e-6)
    assert found["shares"].severity == "notice"
    assert found["shares"].psi == pytest.approx(
        0.1 * math.log(1.2) - 0.1 * math.log(0.8), abs=1e-5
    )  # by the definition

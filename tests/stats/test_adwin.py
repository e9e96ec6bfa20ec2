"""ADWIN: river's published example, exact bookkeeping, and its two promises (few false alarms, quick detection)."""

from __future__ import annotations

import random
from statistics import fmean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.stats.adwin import Adwin


def test_river_example() -> None:
    rng = random.Random(12345)
    stream = rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)
    assert Adwin().update_many(stream) == [1023]  # river 0.26: "Change detected at index 1023"


@given(st.lists(st.floats(-1e3, 1e3), max_size=31))
def test_the_window_holds_every_value_until_it_is_cut(values: list[float]) -> None:
    window = Adwin()
    window.update_many(values)
    assert window.width == len(values)
    if values:
        assert window.mean == pytest.approx(fmean(values), abs=1e-6)
        assert window.variance == pytest.approx(pvariance(values), rel=1e-6, abs=1e-6)


def test_a_cut_keeps_the_books() -> None:
    window = Adwin(delta=0.5)
    rng = random.Random(1)
    stream = [rng.gauss(0 if i < 500 else 3, 1) for i in range(1500)]
    window.update_many(stream)
    kept = stream[-window.width :]
    assert window.width < 1500
    assert window.mean == pytest.approx(fmean(kept))
    assert window.variance == pytest.approx(pvariance(kept))


def test_memory_grows_with_the_logarithm() -> None:
    window = Adwin()
    window.update_many([0.0] * 20_000)
    assert window.width == 20_000
    assert sum(map(len, window._totals)) <= 6 * 15


def test_few_false_alarms() -> None:
    rng = random.Random(3)
    false = sum(len(Adwin().update_many([rng.gauss(0, 1) for _ in range(2000)])) for _ in range(20))
    assert false <= 2


def test_a_shift_is_found_soon() -> None:
    rng = random.Random(4)
    for _ in range(10):
        found = Adwin().update_many([rng.gauss(0 if i < 1000 else 1, 1) for i in range(1300)])
        assert found
        assert 1000 <= found[0] < 1200


def test_one_change_is_one_detection() -> None:
    assert len(Adwin().update_many([0.0] * 300 + [1.0] * 300)) == 1


def test_what_is_no_number_is_passed_over() -> None:
    window = Adwin()
    window.update_many([float("nan"), float("inf")])
    assert window.width == 0
    assert window.mean != window.mean


@pytest.mark.parametrize("settings", [{"delta": 0.0}, {"delta": 1.0}, {"clock": 0}, {"most": 0}])
def test_wrong_settings_are_named(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        Adwin(**settings)  # type: ignore[arg-type]

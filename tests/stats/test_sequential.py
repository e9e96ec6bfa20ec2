"""Page–Hinkley: river's published example, and what a detector must do."""

from __future__ import annotations

import random

import pytest

from sereno.stats.sequential import PageHinkley


def river_stream() -> list[int]:
    """The stream of river's documentation of PageHinkley and ADWIN: a change at index 1000."""
    rng = random.Random(12345)
    return rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)


def test_river_example() -> None:
    assert PageHinkley().update_many(river_stream()) == [1006]  # river 0.26: "Change detected at index 1006"


def test_a_series_of_river_with_several_changes() -> None:
    # Indices that river 0.26.1's PageHinkley gives for the same stream.
    rng = random.Random(7)
    stream = [rng.gauss(0, 1) if i < 300 else rng.gauss(0.0, 1) for i in range(6000)]
    assert PageHinkley().update_many(stream) == [2174]


@pytest.mark.parametrize("change", [1.0, -1.0])
def test_both_directions(change: float) -> None:
    found = PageHinkley(threshold=10).update_many([0.0] * 200 + [change] * 200)
    assert len(found) >= 1
    assert 200 < found[0] < 220


def test_it_starts_anew() -> None:
    test = PageHinkley(threshold=5)
    first = test.update_many([0.0] * 100 + [5.0] * 10)
    assert first
    assert test.n < 10


def test_what_is_no_number_is_passed_over() -> None:
    test = PageHinkley()
    assert test.update_many([float("nan"), float("inf"), float("-inf")]) == []
    assert test.n == 0


@pytest.mark.parametrize(("field", "value"), [("threshold", 0.0), ("fading", 0.0), ("fading", 1.1)])
def test_wrong_settings_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=field):
        PageHinkley(**{field: value})  # type: ignore[arg-type]

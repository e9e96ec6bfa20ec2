"""Restarts come at once, then ever slower, and a stable life clears the record."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sereno.supervisor.backoff import Backoff


def test_the_first_restart_is_at_once_and_the_next_ones_double() -> None:
    backoff = Backoff(first=0.5, longest=8.0, stable=10.0)
    assert [backoff.delay(0.0) for _ in range(8)] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]


def test_a_stable_life_clears_the_record() -> None:
    backoff = Backoff(stable=10.0)
    for _ in range(5):
        backoff.delay(9.99)
    assert backoff.delay(10.0) == 0.0
    assert backoff.delay(0.0) == 0.5


@given(st.lists(st.floats(0.0, 9.9), min_size=1, max_size=2000))
def test_the_wait_never_exceeds_the_limit_nor_shrinks(lives: list[float]) -> None:
    backoff = Backoff(stable=10.0, longest=30.0)
    waits = [backoff.delay(lived) for lived in lives]
    assert max(waits) <= 30.0
    assert waits == sorted(waits)

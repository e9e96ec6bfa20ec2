"""So many at once and in a minute; who is refused is told when to come again, and a place that is left is free."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from sereno.query.explaining.limits import Turnstile
from sereno.query.problems import Problem


def refused(turnstile: Turnstile, now: float) -> tuple[int, str, str]:
    with pytest.raises(Problem) as caught, turnstile.enter(now):
        pass
    return caught.value.status, caught.value.headers["Retry-After"], caught.value.detail


def test_so_many_at_once() -> None:
    turnstile = Turnstile(2, 0, "explanations by a model")
    with turnstile.enter(0.0):
        with turnstile.enter(0.0):
            assert refused(turnstile, 0.0) == (
                503, "5", "2 explanations by a model are running, which is the limit. Try again in a moment.",
            )  # fmt: skip
        with turnstile.enter(0.0):  # the one that left made room
            assert refused(turnstile, 0.0)[0] == 503


def test_a_place_is_free_again_whatever_happened_inside() -> None:
    turnstile = Turnstile(1, 0, "explanations")
    with pytest.raises(ZeroDivisionError), turnstile.enter(0.0):
        raise ZeroDivisionError
    with turnstile.enter(0.0):
        pass


def test_so_many_in_any_minute() -> None:
    turnstile = Turnstile(9, 2, "explanations by a model")
    for now in (0.0, 20.0):
        with turnstile.enter(now):
            pass
    assert refused(turnstile, 40.5)[:2] == (429, "20")  # 19.5 s until the first is a minute ago
    with turnstile.enter(60.0):
        pass
    assert refused(turnstile, 61.0)[1] == "19"


def test_who_was_refused_takes_no_place() -> None:
    turnstile = Turnstile(1, 2, "explanations")
    with ExitStack() as inside:
        inside.enter_context(turnstile.enter(0.0))
        for _ in range(5):
            assert refused(turnstile, 0.0)[0] == 503
    with turnstile.enter(1.0):  # the second of this minute, not the seventh
        pass

"""Energy among calls: shares sum to the energy of the busy time, whatever the overlaps."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sereno.metrics.power import Stretch
from sereno.metrics.shares import Shares

T0 = 1_790_000_000.0


def shared(stretches: list[tuple[float, float, float | None]], calls: dict[str, tuple[float, float]]) -> Shares:
    """Shares that know everything before they begin."""
    shares = Shares()
    for start, end, joules in stretches:
        shares.measured(Stretch(T0 + start, T0 + end, joules))
    for name, (start, end) in calls.items():
        shares.begin(name, T0 + start)
        shares.end(name, T0 + end)
    return shares


def test_one_call_has_the_power_to_itself() -> None:
    # 100 W for 10 s; the call runs from 2 to 5: 300 J, the other 700 J nobody used.
    shares = shared([(0, 10, 1000.0)], {"a": (2, 5)})
    shares.advance(T0 + 10)
    assert shares.take("a") == 300.0
    assert (shares.given, shares.idle, shares.other) == (300.0, 700.0, 0.0)


def test_two_calls_split_the_time_in_which_both_run() -> None:
    # 100 W: a alone 0-4, both 4-6, b alone 6-10.
    shares = shared([(0, 10, 1000.0)], {"a": (0, 6), "b": (4, 10)})
    shares.advance(T0 + 10)
    assert (shares.take("a"), shares.take("b")) == (500.0, 500.0)


def test_power_that_changes_counts_when_it_was_drawn() -> None:
    # 100 W for a second, then 700 W for a second; two calls of a second each, one after the other.
    shares = shared([(0, 1, 100.0), (1, 2, 700.0)], {"first": (0, 1), "second": (1, 2)})
    shares.advance(T0 + 2)
    assert (shares.take("first"), shares.take("second")) == (100.0, 700.0)


def test_a_call_that_still_runs_takes_its_part() -> None:
    shares = shared([(0, 10, 1000.0)], {"short": (2, 4)})
    shares.begin("long", T0)
    shares.advance(T0 + 4)
    assert shares.take("short") == 100.0
    shares.end("long", T0 + 10)
    shares.advance(T0 + 10)
    assert shares.take("long") == 900.0


def test_a_call_known_late_takes_part_from_then_on_and_nothing_is_given_twice() -> None:
    shares = shared([(0, 10, 1000.0)], {"a": (0, 5)})
    shares.advance(T0 + 5)
    assert shares.take("a") == 500.0
    shares.begin("late", T0 + 4.9)
    shares.end("late", T0 + 6)
    shares.advance(T0 + 10)
    assert math.isclose(shares.take("late") or 0.0, 100.0, rel_tol=1e-6)
    assert math.isclose(shares.given + shares.idle + shares.other, 1000.0)


def test_a_call_whose_power_is_not_known_has_no_energy() -> None:
    hole = [(0.0, 2.0, 200.0), (2.0, 8.0, None), (8.0, 10.0, 200.0)]
    shares = shared(hole, {"in the hole": (3, 7), "across": (1, 9), "before": (0, 2)})
    shares.advance(T0 + 10)
    assert [shares.take(name) for name in ("in the hole", "across")] == [None, None]
    # What the one across took of the known power is nobody's now.
    assert (shares.take("before"), shares.other) == (150.0, 150.0)


def test_a_call_from_before_the_first_reading_has_no_energy() -> None:
    shares = shared([(0, 10, 1000.0)], {"old": (-60, 5), "just before": (-0.05, 5)})
    shares.advance(T0 + 10)
    assert shares.take("old") is None
    assert shares.take("just before") == 250.0


def test_what_was_no_call_is_counted_apart() -> None:
    shares = shared([(0, 10, 1000.0)], {"pull": (0, 10), "chat": (0, 10)})
    shares.advance(T0 + 10)
    shares.drop("pull")
    assert shares.take("chat") == 500.0
    assert (shares.given, shares.idle, shares.other) == (500.0, 0.0, 500.0)


def test_one_that_is_taken_while_it_runs_leaves() -> None:
    shares = shared([(0, 10, 1000.0)], {"chat": (0, 10)})
    shares.begin("vanished", T0)
    shares.advance(T0 + 4)
    assert shares.take("vanished") is None
    shares.advance(T0 + 10)
    assert shares.take("chat") == 800.0


def test_power_read_after_its_time_was_passed_is_nobodys() -> None:
    shares = shared([(0, 1, 100.0)], {})
    shares.advance(T0 + 3)
    shares.measured(Stretch(T0 + 1, T0 + 5, 400.0))
    shares.advance(T0 + 5)
    assert (shares.idle, shares.other) == (300.0, 200.0)


TENTHS = st.integers(0, 300).map(lambda n: Fraction(n, 10))
SPANS = st.lists(st.tuples(TENTHS, TENTHS).map(lambda pair: (min(pair), max(pair))), max_size=12)


@given(SPANS, st.lists(st.integers(0, 1000), min_size=30, max_size=30), st.lists(TENTHS, max_size=6), st.data())
def test_shares_sum_to_the_energy_of_the_busy_time(
    spans: list[tuple[Fraction, Fraction]], watts: list[int], stops: list[Fraction], data: st.DataObject
) -> None:
    """Against exact sums over tenths of a second: each call's share, and all of them."""
    expected = [Fraction(0)] * len(spans)
    idle = Fraction(0)
    for tenth in range(300):
        at, joules = Fraction(tenth, 10), Fraction(watts[tenth // 10], 10)
        running = [i for i, (start, end) in enumerate(spans) if start <= at < end]
        for i in running:
            expected[i] += joules / len(running)
        idle += 0 if running else joules

    shares = Shares()
    for second, power in enumerate(watts):
        shares.measured(Stretch(T0 + second, T0 + second + 1, float(power)))
    for i, (start, end) in data.draw(st.permutations(list(enumerate(spans)))):
        shares.begin(str(i), T0 + float(start))
        shares.end(str(i), T0 + float(end))
    for stop in sorted(stops):  # in how many steps time is worked off changes nothing
        shares.advance(T0 + float(stop))
    shares.advance(T0 + 30)

    for i, (start, end) in enumerate(spans):
        found = shares.take(str(i))
        assert (found is None) == (start == end)
        assert math.isclose(found or 0.0, expected[i], rel_tol=1e-6, abs_tol=1e-3)
    assert math.isclose(shares.given, sum(expected), rel_tol=1e-6, abs_tol=1e-2)
    assert math.isclose(shares.idle, idle, rel_tol=1e-6, abs_tol=1e-2)
    assert shares.other == 0.0


@given(SPANS, st.lists(st.tuples(st.sampled_from("bedas"), st.integers(0, 11), TENTHS), max_size=80))
def test_no_order_of_news_gives_out_more_than_was_drawn(
    spans: list[tuple[Fraction, Fraction]], news: list[tuple[str, int, Fraction]]
) -> None:
    """Calls that are known late, end unseen, are dropped; readings that come late: joules are neither made nor lost."""
    shares, drawn, read = Shares(), 0.0, 0.0
    for kind, i, at in news:
        name = str(i)
        if kind == "s" and float(at) > read:
            shares.measured(Stretch(T0 + read, T0 + float(at), 50.0))
            drawn, read = drawn + 50.0, float(at)
        elif kind == "a":
            shares.advance(T0 + float(at))
        elif kind == "b" and i < len(spans):
            shares.begin(name, T0 + float(spans[i][0]))
        elif name in shares.calls and kind == "e":
            shares.end(name, T0 + float(spans[i][1]))
        elif name in shares.calls and kind == "d":
            shares.drop(name)
    for name in shares.calls:
        shares.end(name, T0 + 40)
    shares.advance(T0 + 50)
    for name in shares.calls:
        shares.take(name)
    assert math.isclose(shares.given + shares.idle + shares.other, drawn, rel_tol=1e-9, abs_tol=1e-6)
    assert min(shares.given, shares.idle, shares.other) >= -1e-9

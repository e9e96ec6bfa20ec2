"""The order of facts: by kind and strength, the same every time, with ids that say which."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.explain.fact import Fact, Kind
from sereno.explain.rank import IMPORTANCE, NOTHING, ranked, weigh

KINDS = get_args(Kind)
FACTS = st.builds(
    Fact,
    id=st.just(""),
    kind=st.sampled_from(KINDS),
    weight=st.floats(allow_nan=True, allow_infinity=True),
    p_value=st.none() | st.floats(),
)


def test_every_kind_has_its_importance() -> None:
    assert set(IMPORTANCE) == set(KINDS)


@given(st.lists(FACTS, max_size=30))
def test_weights_fall_ids_are_unique_and_count_in_the_order_found(found: list[Fact]) -> None:
    told = ranked(found)
    assert all(0.0 <= fact.weight <= 1.0 for fact in told)
    assert all(first.weight >= second.weight for first, second in pairwise(told))
    assert len({fact.id for fact in told}) == len(found)
    for kind in KINDS:
        count = sum(fact.kind == kind for fact in found)
        assert {fact.id for fact in told if fact.kind == kind} == {f"{kind}-{n}" for n in range(1, count + 1)}
    assert told == ranked(found)


def test_ties_stay_in_the_order_found() -> None:
    twins = [Fact(id="", kind="gap", series=(name,), weight=0.5) for name in "abc"]
    assert [fact.series for fact in ranked(twins)] == [("a",), ("b",), ("c",)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_stronger_fact_of_a_kind_weighs_more(kind: Kind) -> None:
    weights = [weigh(Fact(id="", kind=kind, weight=strength)) for strength in (0.0, 0.3, 0.7, 1.0)]
    assert weights == sorted(set(weights))


@pytest.mark.parametrize("note", sorted(NOTHING))
def test_a_chart_of_nothing_says_so_first(note: str) -> None:
    nothing = Fact(id="", kind="data", note=note, weight=1.0)
    assert weigh(nothing) == 1.0
    assert weigh(nothing) > weigh(Fact(id="", kind="data", note="unsorted", weight=1.0))


def test_that_there_is_no_trend_weighs_half() -> None:
    rising = Fact(id="", kind="trend", direction="up", weight=0.8)
    flat = Fact(id="", kind="trend", direction="flat", weight=0.8)
    assert weigh(flat) == pytest.approx(weigh(rising) / 2, abs=1e-6)

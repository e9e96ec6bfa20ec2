"""Suspects: what came shortly before, the likeliest first, each tied to the fact that speaks for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from explain.narrate.sheets import FAULT, deploy, fact, sheet
from sereno.explain.fact import Fact
from sereno.explain.narrate.causes import MOST, causes, striking

DISK = fact("change_point-1", "disk", when=11, numbers={"before": 1.0, "after": 5.0}, weight=0.8, direction="up")
LEADS = fact("lead_lag-1", "disk", "api", numbers={"lag": 600.0}, weight=0.5)
TOGETHER = fact("correlation-1", "disk", "api", numbers={"correlation": 0.9}, weight=0.5, unit="")


@pytest.mark.parametrize("note", ["deploy", "alert", "model", "drift", "other"])
def test_an_event_just_before_is_the_first_suspect_whatever_its_kind(note: str) -> None:
    event = deploy(11.5, note=note)
    found = causes(sheet(FAULT, DISK, LEADS, TOGETHER, event), FAULT)
    assert [(one.ground, one.fact.id) for one in found] == [
        ("event", "event-1"), ("series", "change_point-1"), ("lead", "lead_lag-1"),
    ]  # fmt: skip


def test_what_happened_nearer_comes_first() -> None:
    found = causes(sheet(FAULT, deploy(8, 1, "early"), deploy(11, 2, "late")), FAULT)
    assert [one.fact.label for one in found] == ["late", "early"]


def test_what_happened_after_it_or_long_before_is_no_suspect() -> None:
    after, long_ago = deploy(12.1, 1, "after"), deploy(5, 2, "long ago")  # a quarter of the day before 12:00 is 06:00
    moved = fact("anomaly-2", "disk", when=13, numbers={"value": 5.0}, weight=0.8)
    assert causes(sheet(FAULT, after, long_ago, moved), FAULT) == []


def test_a_series_is_no_suspect_of_itself_nor_what_follows_it() -> None:
    own = fact("change_point-2", "api", when=11, numbers={"before": 2.0, "after": 3.0}, weight=0.8)
    follows = fact("lead_lag-2", "api", "disk", numbers={"lag": 600.0}, weight=0.5)
    assert causes(sheet(FAULT, own, follows), FAULT) == []


def test_an_event_that_moved_several_series_is_one_suspect() -> None:
    assert len(causes(sheet(FAULT, deploy(11, 1), deploy(11, 2)), FAULT)) == 1


def test_a_diagnosis_is_about_what_may_be_a_fault_and_what_was_asked_for() -> None:
    line = fact("threshold-1", "disk", numbers={"threshold": 4.0}, weight=1.0, note="beyond", direction="up")
    grave = fact("threshold-2", "disk", numbers={"threshold": 8.0}, weight=1.0, note="beyond", direction="up")
    trend = fact("trend-1", "api", numbers={"change": 1.0}, weight=1.0)
    told = sheet(trend, line, grave, FAULT)
    assert striking(told) == grave  # what went beyond 8 went beyond 4
    assert striking(told, ["api"]) == FAULT
    assert striking(sheet(trend)) is None


@given(st.lists(st.floats(0, 24), max_size=12))
def test_suspects_are_few_earlier_and_ordered(hours: list[float]) -> None:
    events: list[Fact] = [deploy(one, number, f"e{number}") for number, one in enumerate(hours, 1)]
    found = causes(sheet(FAULT, *events), FAULT)
    moments = [one.fact.times[0].at for one in found]
    assert len(found) == min(MOST, sum(6 <= one <= 12 for one in hours))
    assert moments == sorted(moments, reverse=True)

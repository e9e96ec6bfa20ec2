"""Thresholds as settings of the generator."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from sereno.assembly.slo import load
from sereno.dashboards.boards import ALL
from sereno.dashboards.limits import ORDERED, Limits, limits_of
from sereno.slo.spec import Mean


def test_defaults_are_the_documents() -> None:
    limits = Limits()
    assert (limits.latency_yellow, limits.latency_red) == (2, 5)  # lab 2, average response time
    assert (limits.cost_yellow, limits.cost_red) == (1, 5)  # lab 2, cost rate
    assert limits.tokens_red == 10_000  # HighTokenUsage
    assert (limits.cpu_red, limits.memory_red, limits.disk_red) == (80, 85, 85)  # roadmap: 80 %, 85 %, < 15 % free


def test_defaults_are_the_shipped_objectives() -> None:
    limits, slos = Limits(), {slo.name: slo for slo in load([])}
    assert Decimal(str(limits.availability_green)) == slos["availability"].objective
    assert Decimal(str(limits.within_green)) == slos["latency"].objective
    for name, yellow, red in (
        ("cost-per-request", limits.cost_request_yellow, limits.cost_request_red),
        ("tokens-per-request", limits.tokens_request_yellow, limits.tokens_request_red),
    ):
        indicator = slos[name].indicator
        assert isinstance(indicator, Mean)
        assert Decimal(str(yellow)) == indicator.at_most
        assert Decimal(str(red)) == indicator.at_most * (1 + slos[name].budget)


def test_pairs_are_known_and_the_defaults_are_in_order() -> None:
    assert ("latency_yellow", "latency_red") in ORDERED
    assert ("availability_yellow", "availability_green") in ORDERED
    assert limits_of([]) == Limits()


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        (["latency=3"], "'latency=3': expected NAME=NUMBER"),
        (["latency_red"], "'latency_red': expected NAME=NUMBER"),
        (["latency_red=soon"], "latency_red=soon: expected a number of 0 or more"),
        (["latency_red=-1"], "expected a number of 0 or more"),
        (["latency_red=nan"], "expected a number of 0 or more"),
        (["latency_red=inf"], "expected a number of 0 or more"),
        (["latency_red=1"], "latency_yellow=2 lies beyond latency_red=1; give both"),
        (["days_yellow=3"], "days_yellow=3 lies beyond days_red=7; give both"),
        (["availability_yellow=99.9"], "availability_yellow=99.9 lies beyond availability_green=99.5; give both"),
    ],
)
def test_wrong_ones_are_said(pairs: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=r"expected|beyond") as error:
        limits_of(pairs)
    assert words in str(error.value)


@pytest.mark.parametrize("name", Limits.__struct_fields__)
def test_each_shows_somewhere(name: str) -> None:
    """One that changes no dashboard would be a promise that nothing keeps."""
    changed = msgspec.structs.replace(Limits(), **{name: getattr(Limits(), name) + 0.125})
    assert any(board(changed) != board(Limits()) for board in ALL)

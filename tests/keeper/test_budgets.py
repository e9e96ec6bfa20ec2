"""What a key has spent this month, and which have spent all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.conventions import POLICY_FILE
from sereno.errors import StoreError
from sereno.keeper.budgets import MOST_SHOWN, Budgets, month_of, spent, used
from sereno.keeper.policy import PolicyWriter
from sereno.store.base import CallQuery, Group, Totals
from sereno.store.keyfile import change_keys
from sereno.trust.keys import Key, issue
from sereno.trust.policy import decode_policy

NOW = datetime(2026, 11, 21, 11, tzinfo=UTC).timestamp()


class Sums:
    """A store that knows what keys cost."""

    def __init__(self, costs: Mapping[str | None, float]) -> None:
        self.costs = costs
        self.asked: list[CallQuery] = []
        self.broken = False

    def aggregate(self, query: CallQuery, by: Sequence[str], **_: Any) -> list[Group]:
        if self.broken:
            raise StoreError("away")
        self.asked.append(query)
        assert by == ("key",)
        return [Group((key,), None, Totals(calls=1, cost_usd=cost)) for key, cost in self.costs.items()]


def budgets(data: Path, store: Sums) -> Budgets:
    return Budgets(data, store, lambda: NOW)  # type: ignore[arg-type]  # what it asks of a store is here


def make(number: int, budget: float | None) -> Key:
    return issue(f"key-{number}", ["use"], random=number.to_bytes(4, "big") * 7, now=0.0, budget_usd_per_month=budget)[
        0
    ]


@pytest.fixture
def keep(data: Path) -> Callable[..., tuple[Key, ...]]:
    def kept(*amounts: float | None) -> tuple[Key, ...]:
        keys = tuple(make(number, amount) for number, amount in enumerate(amounts))
        return change_keys(data, lambda _: keys)

    return kept


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001  made aware below
def test_a_month_begins_on_its_first_day_in_utc(at: datetime) -> None:
    moment = at.replace(tzinfo=UTC)
    begin = datetime.fromtimestamp(month_of(moment.timestamp()), UTC)
    assert (begin.year, begin.month, begin.day) == (moment.year, moment.month, 1)
    assert begin.time().isoformat() == "00:00:00"


def test_it_is_asked_for_this_month_alone() -> None:
    store = Sums({None: 3.0, "k": 2.0})
    assert spent(store, NOW) == {"k": 2.0}  # type: ignore[arg-type]  # as above
    assert store.asked == [CallQuery(start=datetime(2026, 11, 1, tzinfo=UTC).timestamp())]


def test_shares_are_of_keys_with_a_budget() -> None:
    keys = [make(0, 10.0), make(1, None), make(2, 0.0), make(3, 4.0)]
    assert used(keys, {keys[0].id: 9.0, keys[1].id: 5.0}) == {keys[0].id: 0.9, keys[2].id: 1.0, keys[3].id: 0.0}


def test_who_has_spent_all_is_in_the_policy(data: Path, keep: Callable[..., tuple[Key, ...]]) -> None:
    first, second, _ = keep(10.0, 10.0, None)
    watch = budgets(data, Sums({first.id: 10.0, second.id: 9.99}))
    watch.run()
    assert watch.exhausted == (first.id,)
    assert watch.figures() == {
        ("sereno_key_budget_used_ratio", ("key-0",)): 1.0,
        ("sereno_key_budget_used_ratio", ("key-1",)): pytest.approx(0.999),
    }
    PolicyWriter(data, "auto", (), lambda: watch.exhausted).run()
    assert decode_policy((data / POLICY_FILE).read_bytes()).exhausted == (first.id,)


def test_a_restarted_keeper_refuses_before_it_has_counted(data: Path, keep: Callable[..., tuple[Key, ...]]) -> None:
    (key,) = keep(1.0)
    PolicyWriter(data, "auto", (), lambda: (key.id,)).run()
    store = Sums({key.id: 1.0})
    store.broken = True
    watch = budgets(data, store)
    with pytest.raises(StoreError):
        watch.run()
    assert watch.exhausted == (key.id,)


def test_without_a_budget_the_store_is_not_asked(data: Path, keep: Callable[..., tuple[Key, ...]]) -> None:
    keep(None, None)
    store = Sums({})
    budgets(data, store).run()
    assert store.asked == []


def test_labels_are_bounded_and_all_keys_are_watched(data: Path, keep: Callable[..., tuple[Key, ...]]) -> None:
    keys = keep(*[1.0] * (MOST_SHOWN + 5))
    watch = budgets(data, Sums({keys[-1].id: 2.0}))
    watch.run()
    assert len(watch.figures()) == MOST_SHOWN
    assert watch.exhausted == (keys[-1].id,)

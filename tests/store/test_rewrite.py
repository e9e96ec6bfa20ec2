"""Calls that are known better later: lists, aggregates and roll-ups say what they would had it been known at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sereno.calls import Call
from sereno.metrics.rollups import ROLLUPS
from sereno.store.base import CallQuery, Dimension, Rewrite, Store
from sereno.store.sqlite import SqliteStore
from store.made import T0, a_batch, a_call, cut, some_calls
from store.reference import grouped, matching

EVERYTHING = CallQuery(internal=None, newest_first=False, limit=1000)
CALLS = some_calls(60)
CHANGES = st.lists(
    st.builds(
        Rewrite,
        id=st.sampled_from([call.id for call in CALLS]),
        cost_usd=st.sampled_from([msgspec.UNSET, None, 0.0, 0.125, 1e-9, 3.3333333333]),
        cost_source=st.sampled_from([msgspec.UNSET, None, "local:gpu", "genai-prices:0.0.1:openai/gpt-4o"]),
        category=st.sampled_from([msgspec.UNSET, None, "code", "question", "poesía"]),
    ),
    unique_by=lambda change: change.id,
    max_size=60,
)
ASKED: Sequence[tuple[tuple[Dimension, ...], float | None]] = (
    ((), None), (("category",), None), (("user", "category"), None), (("model",), 3600.0), (("category",), 86400.0),
)  # fmt: skip


def applied(calls: Sequence[Call], changes: Sequence[Rewrite]) -> list[Call]:
    by_id = {change.id: change for change in changes}
    return [by_id[call.id].applied(call) if call.id in by_id else call for call in calls]


def figures(store: Store, by: Sequence[Dimension], interval: float | None) -> dict[tuple[Any, ...], Any]:
    groups = store.aggregate(CallQuery(), by, interval, histograms=False)
    return {(g.at, *g.key): g.totals for g in groups}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=CHANGES, second=CHANGES)
def test_any_rewrites_end_where_knowing_it_at_once_would_have(
    tmp_path_factory: Any, first: list[Rewrite], second: list[Rewrite]
) -> None:
    folder: Path = tmp_path_factory.mktemp("rewritten")
    rewritten, at_once = SqliteStore(folder / "a.db"), SqliteStore(folder / "b.db")
    try:
        rewritten.add(a_batch(CALLS))
        middle = applied(CALLS, first)
        end = applied(middle, second)

        assert rewritten.rewrite(first) == sum(a != b for a, b in zip(CALLS, middle, strict=True))
        assert rewritten.rewrite(second) == sum(a != b for a, b in zip(middle, end, strict=True))
        at_once.add(a_batch(end))

        assert list(rewritten.calls(EVERYTHING).calls) == [cut(call) for call in matching(end, EVERYTHING)]
        for by, interval in ASKED:
            assert figures(rewritten, by, interval) == figures(at_once, by, interval)
        assert cells(folder / "a.db") == cells(folder / "b.db")
    finally:
        rewritten.close()
        at_once.close()


def cells(path: Path) -> dict[str, list[Any]]:
    """The roll-ups by name, so that texts numbered in another order compare equal."""
    connection = sqlite3.connect(path)
    names = dict(connection.execute("SELECT id, name FROM names").fetchall()) | {0: None}
    found = {}
    for table, dimensions, _ in ROLLUPS:
        named = set(dimensions) - {"operation", "status"}
        cursor = connection.execute(f"SELECT * FROM {table}")
        columns = [column[0] for column in cursor.description]
        rows = [{c: names[v] if c in named else v for c, v in zip(columns, row, strict=True)} for row in cursor]
        found[table] = sorted(rows, key=lambda row: repr(list(row.values())[:9]))
    connection.close()
    return found


def test_counters_stay_what_was_counted_when_it_happened(store: Store) -> None:
    call = a_call(cost_usd=0.5, cost_source="local:old", category="code")
    store.add(a_batch([call]))
    before = store.counters()

    assert store.rewrite([Rewrite(id=call.id, cost_usd=0.25, cost_source="local:new", category="question")]) == 1

    assert store.counters() == before
    (stored,) = store.calls(CallQuery()).calls
    assert (stored.cost_usd, stored.cost_source, stored.category) == (0.25, "local:new", "question")
    assert figures(store, ("category",), None).keys() == {(None, "question")}
    assert store.count(CallQuery(category="code")) == 0
    assert store.count(CallQuery(category="question")) == 1


def test_what_is_not_named_stays_and_a_call_that_is_gone_is_passed_over(store: Store) -> None:
    call = a_call(cost_usd=0.5, cost_source="local:old", category="code")
    store.add(a_batch([call]))

    assert store.rewrite([Rewrite(id=call.id, category="question"), Rewrite(id=a_call(9).id, category="code")]) == 1
    assert store.rewrite([Rewrite(id=call.id, category="question")]) == 0
    assert store.rewrite([]) == 0

    found = store.call(call.id)
    assert found is not None
    assert found.call == msgspec.structs.replace(call, category="question")
    assert found.exchange is not None


def test_calls_that_retention_removed_keep_their_share_of_the_roll_ups(store: Store) -> None:
    old, new = a_call(0, category="code", cost_usd=1.0), a_call(10, category="code", cost_usd=2.0)
    store.add(a_batch([old, new]))
    assert store.delete_calls(T0 + 5, 10) == 1

    changes = [Rewrite(id=call.id, category="question", cost_usd=4.0) for call in (old, new)]
    assert store.rewrite(changes) == 1

    found = figures(store, ("category",), None)
    assert {key: (totals.calls, totals.cost_usd) for key, totals in found.items()} == {
        (None, "code"): (1, 1.0),
        (None, "question"): (1, 4.0),
    }


def test_calls_outside_the_roll_ups_change_alone(store: Store) -> None:
    calls = [a_call(0, operation="other", route="/api/tags"), a_call(1, internal="judge"), a_call(2)]
    store.add(a_batch(calls))

    assert store.rewrite([Rewrite(id=call.id, category="code", cost_usd=1.0) for call in calls]) == 3

    (totals,) = figures(store, (), None).values()
    assert (totals.calls, totals.cost_usd, totals.cost_known) == (1, 1.0, 1)
    assert set(figures(store, ("category",), None)) == set(
        grouped([msgspec.structs.replace(call, category="code") for call in calls], CallQuery(), ("category",))
    )


def test_a_store_opened_anew_has_the_change(opened: Callable[[], Store]) -> None:
    store = opened()
    call = a_call(category="code")
    store.add(a_batch([call]))
    store.rewrite([Rewrite(id=call.id, category="nuevo")])
    store.close()

    assert [c.category for c in opened().export(EVERYTHING)] == ["nuevo"]

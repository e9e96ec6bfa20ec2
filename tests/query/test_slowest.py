"""The quick way to the slowest calls answers what the plain list answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.double import NOW, chat
from sereno.conventions import DURATION_EDGES
from sereno.metrics.account import account_all
from sereno.query.figures import merged
from sereno.query.slowest import SPARE, slowest
from sereno.stats.histograms import Histogram
from sereno.store.base import Batch, CallQuery, Record, Store
from sereno.store.sqlite import SqliteStore
from sereno.wire.decode import decode

LATENCIES = [0.01 * (i * 37 % 101) + 0.001 for i in range(80)] + [5.0] * 30  # many of the same at the top


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Any:
    made = SqliteStore(tmp_path_factory.mktemp("slow") / "sereno.db")
    calls = [chat("q", "a", serial=i, at=NOW - 7 * i - 60, latency=latency, model=f"m{i % 2}")
             for i, latency in enumerate(LATENCIES)]  # fmt: skip
    records = [Record(decode(call), call) for call in calls]
    increments = account_all([record.call for record in records], lambda name: name or "other")
    made.add(Batch(id="b", records=records, increments=increments, positions=()))
    yield made
    made.close()


def latency_of(store: Store, query: CallQuery) -> Histogram | None:
    return merged(group.totals for group in store.aggregate(query)).latency


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    limit=st.integers(1, 60),
    offset=st.integers(0, 30),
    start=st.sampled_from([None, NOW - 500, NOW - 90]),
    model=st.sampled_from([None, "m1:latest", "gone"]),
    least=st.sampled_from([None, 0.5]),
)
def test_it_is_the_list_by_latency(store: Store, **asked: Any) -> None:
    least = asked.pop("least")
    query = CallQuery(**asked, min_latency=least)
    plain = store.calls(CallQuery(**asked, min_latency=least, sort="latency")).calls
    assert [call.id for call in slowest(store, query, latency_of(store, query))] == [call.id for call in plain]


def test_a_distribution_that_promises_too_much_changes_nothing(store: Store) -> None:
    wrong = Histogram.empty(DURATION_EDGES)
    for _ in range(SPARE + 50):
        wrong.add(60.0)
    query = CallQuery(limit=4)
    assert [c.timing.total for c in slowest(store, query, wrong)] == [5.0] * 4
    assert slowest(store, query, None) == slowest(store, query, wrong)


def test_it_looks_at_few_calls(store: Store) -> None:
    asked: list[CallQuery] = []

    class Watched:
        def calls(self, query: CallQuery) -> Any:
            asked.append(query)
            return store.calls(query)

    query = CallQuery(limit=5)
    slowest(Watched(), query, latency_of(store, query))  # type: ignore[arg-type]  # lists are all it asks for
    assert [q.min_latency is not None and q.min_latency > 4.0 for q in asked] == [True]

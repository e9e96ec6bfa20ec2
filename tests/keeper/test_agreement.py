"""One truth: store, aggregates and /metrics say the same about the same calls."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from keeper.harness import drain
from sereno.calls import Exchange
from sereno.conventions import METRIC
from sereno.keeper.keeper import Keeper
from sereno.keeper.options import KeeperOptions
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore


def test_counters_aggregates_and_metrics_agree(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i, at=i, seconds=0.2 * (i + 1), status=404 if i % 4 == 3 else 200) for i in range(20)], worker=0)
    write([exchange(100 + i, at=i, model="other-model", outcome="client_closed") for i in range(5)], worker=1)
    keeper = Keeper(KeeperOptions(data=data), store)
    assert drain(keeper.ingest) == 25

    samples = [
        sample
        for family in text_string_to_metric_families(keeper.exposition("")[0].decode())
        for sample in family.samples
    ]

    def total(name: str, **labels: str) -> float:
        return sum(s.value for s in samples if s.name == name and labels.items() <= s.labels.items())

    counters = store.counters().counters
    (group,) = store.aggregate(CallQuery())
    totals = group.totals
    assert totals.calls == 25
    for status, expected in (("success", totals.success), ("error", totals.error), ("aborted", totals.aborted)):
        assert total("llm_requests_total", status=status) == expected
        assert (
            sum(n for (name, labels), n in counters.items() if name == "llm_requests_total" and labels[1] == status)
            == expected
        )
    assert total("llm_tokens_used_total", type="prompt") == totals.input_tokens
    assert total("llm_request_duration_seconds_count") == 25
    assert totals.latency is not None
    for edge, count in totals.latency.cumulative():
        assert total("llm_request_duration_seconds_bucket", le=str(float(edge))) == count
    assert total("sereno_calls_ingested_total") == total("sereno_store_calls") == 25

    for sample in samples:
        name = next(n for n in (sample.name, sample.name.rpartition("_")[0]) if n in METRIC)
        assert set(sample.labels) - {"le"} == set(METRIC[name].labels)


def test_a_store_that_is_gone_leaves_the_rest_of_the_metrics(data: Path) -> None:
    store = SqliteStore(data / "sereno.db")
    keeper = Keeper(KeeperOptions(data=data), store)
    store.close()
    body = keeper.exposition("")[0].decode()
    assert "sereno_store_up 0.0" in body
    assert "sereno_gateway_workers 0" in body
    assert keeper.health().status == "failing"

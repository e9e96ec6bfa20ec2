"""What a call gains before it is counted, and what happens when that fails."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from keeper.conftest import exchange as made
from keeper.harness import EVERYTHING, drain, make
from sereno.calls import Call, Exchange
from sereno.keeper.enrich import EnrichFailures, enriched
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from sereno.wire.decode import decode


def _named(call: Call) -> Call:
    return msgspec.structs.replace(call, category="greeting")


def _priced(call: Call) -> Call:
    return msgspec.structs.replace(call, cost_usd=0.25 if call.category == "greeting" else 9.0, cost_source="test")


def _broken(call: Call) -> Call:
    raise KeyError(call.model)


def test_each_enricher_sees_what_the_ones_before_it_found() -> None:
    call = decode(made())

    full = enriched(call, {"category": _named, "price": _priced}, lambda *_: pytest.fail("nothing failed"))

    assert full == msgspec.structs.replace(call, category="greeting", cost_usd=0.25, cost_source="test")


def test_one_that_fails_changes_nothing_and_the_others_go_on() -> None:
    call = decode(made())
    failed: list[tuple[str, str]] = []

    full = enriched(call, {"broken": _broken, "category": _named}, lambda name, e: failed.append((name, repr(e))))

    assert full == msgspec.structs.replace(call, category="greeting")
    assert failed == [("broken", "KeyError('smollm2:135m')")]


def test_failures_are_counted_from_zero_and_logged_once_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    failures = EnrichFailures({"broken": _broken, "category": _named})
    with caplog.at_level(logging.WARNING, "sereno.keeper.enrich"):
        for _ in range(3):
            failures.note("broken", KeyError("a"))
        failures.note("broken", KeyError("b"))

    assert failures.counts == {"broken": 4, "category": 0}
    assert [record.getMessage() for record in caplog.records] == [
        "calls are stored without their broken: KeyError: 'a'",
        "calls are stored without their broken: KeyError: 'b'",
    ]


@pytest.mark.parametrize("content", ["full", "none"])
def test_ingest_stores_and_counts_what_enrichers_found(
    data: Path,
    store: SqliteStore,
    write: Callable[..., None],
    exchange: Callable[..., Exchange],
    content: str,
) -> None:
    write([exchange(i, at=i) for i in range(3)])
    seen: list[str] = []

    def looking(call: Call) -> Call:
        seen.append(call.prompt)
        return _named(call)

    enrichers = {"category": looking, "broken": _broken, "price": _priced}
    ingest = make(data, store, content=content, enrichers=enrichers)
    assert drain(ingest) == 3

    assert seen == ["hola"] * 3  # the text, also where it is not kept
    assert [call.category for call in store.export(EVERYTHING)] == ["greeting"] * 3
    (group,) = store.aggregate(CallQuery(), ("category",), histograms=False)
    assert (group.key, group.totals.calls, group.totals.cost_usd) == (("greeting",), 3, 0.75)
    assert store.counters().counters["llm_cost_usd_total", ("smollm2:135m",)] == 0.75
    assert ingest.enrich_failures.counts == {"category": 0, "broken": 3, "price": 0}

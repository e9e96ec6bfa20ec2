"""Adapters in the keeper: windows of traffic, written once and corrected when calls come late; figures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL

from api.double import MemoryStore, chat
from lora.made import folder
from sereno.artifacts.importing import import_adapter
from sereno.artifacts.promotion import promote
from sereno.keeper.adapters import AdapterWatch
from sereno.store.base import Record
from sereno.store.ledger import Ledger, lora_figures
from sereno.wire.decode import decode

HOUR = 3600.0
START = 489_900 * HOUR
BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    for number in (1, 2):
        import_adapter(ledger, str(folder(tmp_path / f"v{number}", fill=number)), now=START + number)
    yield ledger
    ledger.close()


def serve(ledger: Ledger, version: str, model: str, at: float) -> None:
    with ledger.write() as connection:
        lora_figures.serve(connection, version, model, START + at)


def windows(ledger: Ledger, version: str, metric: str = "requests") -> list[tuple[float, float, int]]:
    with ledger.read() as connection:
        found = lora_figures.figures(connection, version)
    return [((row.at - START) / HOUR, row.value, row.samples) for row in found if row.metric == metric]


def called(
    at: float, serial: int, *, model: str = "faq:latest", latency: float = 1.0, error: str | None = None
) -> Record:
    exchange = chat("q", "a", model=model, at=START + at, latency=latency, serial=serial, error=error, tokens=(10, 20))
    return Record(decode(exchange), exchange)


def test_each_hour_of_each_version_has_its_figures(ledger: Ledger) -> None:
    store = MemoryStore([])
    store.records = [
        called(600, 1, latency=1.0), called(700, 2, latency=3.0), called(900, 3, error="out of memory"),
        called(HOUR + 60, 4), called(2.5 * HOUR + 60, 5, latency=7.0), called(2.5 * HOUR + 90, 6, model="other:1b"),
        called(-60, 7),
    ]  # fmt: skip
    serve(ledger, "v1", "faq", 0)
    serve(ledger, "v2", "faq", 2.5 * HOUR)
    AdapterWatch(ledger, store, clock=lambda: START + 3 * HOUR + 1).count()
    assert windows(ledger, "v1") == [(1.0, 3, 3), (2.0, 1, 1)]
    assert windows(ledger, "v2") == [(3.0, 1, 1)]
    assert windows(ledger, "v1", "error_rate") == [(1.0, pytest.approx(1 / 3), 3), (2.0, 0.0, 1)]
    assert windows(ledger, "v2", "latency_p50_seconds")[0][1] == pytest.approx(7.0, rel=0.1)
    assert windows(ledger, "v2", "output_tokens_mean") == [(3.0, 20.0, 1)]


def test_a_window_that_has_not_ended_is_not_told(ledger: Ledger) -> None:
    store = MemoryStore([])
    store.records = [called(60, 1)]
    serve(ledger, "v1", "faq:latest", 0)
    AdapterWatch(ledger, store, clock=lambda: START + HOUR - 1).count()
    assert windows(ledger, "v1") == []


def test_calls_that_come_late_are_counted_and_nothing_twice(ledger: Ledger) -> None:
    store = MemoryStore([])
    store.records = [called(60, 1)]
    serve(ledger, "v1", "faq:latest", 0)
    now = [START + HOUR + 10]
    watch = AdapterWatch(ledger, store, clock=lambda: now[0])
    watch.count()
    assert windows(ledger, "v1") == [(1.0, 1, 1)]
    store.records.append(called(3000, 2))
    now[0] += 300
    watch.count()
    watch.count()
    assert windows(ledger, "v1") == [(1.0, 2, 2)]
    AdapterWatch(ledger, store, clock=lambda: now[0]).count()  # another keeper, or this one started again
    assert windows(ledger, "v1") == [(1.0, 2, 2)]


def test_a_version_under_two_names_is_counted_as_one(ledger: Ledger) -> None:
    store = MemoryStore([])
    store.records = [called(60, 1), called(70, 2, model="faq-eu:latest")]
    serve(ledger, "v1", "faq", 0)
    serve(ledger, "v1", "faq-eu", 0)
    AdapterWatch(ledger, store, clock=lambda: START + HOUR + 1).count()
    assert windows(ledger, "v1") == [(1.0, 2, 2)]


def test_figures_tell_of_versions_champions_and_the_log(ledger: Ledger) -> None:
    watch = AdapterWatch(ledger, MemoryStore([]), clock=lambda: START)
    assert watch.figures() == {}
    promote(ledger, "v1", now=START + 9, force="first")
    promote(ledger, "v2", now=START + 10)
    watch.look()
    assert watch.figures() == {
        ("lora_adapters", (BASE,)): 2,
        ("lora_active_info", (BASE, "v1")): 1,
        ("lora_active_training_loss", (BASE,)): 1.6667,
        ("lora_active_validation_loss", (BASE,)): 1.2,
        ("lora_promotions_total", ("import",)): 2,
        ("lora_promotions_total", ("force",)): 1,
        ("lora_promotions_total", ("refuse",)): 1,
    }

"""Adapters in the ledger: what was imported stays, one champion a base model, the log only grows, seed SQL runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import inspect, text

from sereno.errors import StoreError
from sereno.lora.adapter import Adapter, Artifact, File
from sereno.lora.training import Point, Training
from sereno.store.ledger import Ledger, lora_figures, lora_registry
from sereno.store.ledger.lora_figures import Figure
from sereno.store.ledger.lora_registry import Event
from sereno.store.ledger.url import postgres_url, sqlite_url

NOW = 1_763_700_000.0
BASE = "HuggingFaceTB/SmolLM2-135M-Instruct"


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger on each database."""
    if request.param == "sqlite":
        ledger = Ledger(sqlite_url(tmp_path / "sereno.db"))
    else:
        ledger = Ledger(postgres_url(request.getfixturevalue("databases").url(tmp_path)))
    yield ledger
    ledger.close()


def made(version: str, base_model: str = BASE, **changed: object) -> Adapter:
    digest = (version.encode().hex() * 64)[:64]
    adapter = Adapter(
        version=version, base_model=base_model, rank=8, alpha=16.0, dropout=0.05, created_at=NOW,
        artifact=Artifact(location=f"/adapters/{version}", format="peft", digest=digest, parameters=512,
                          files=(File("adapter_config.json", 700, "c" * 64),), dtypes=("F32",)),
        settings={"r": 8, "target_modules": ["q_proj"]},
        training=Training(epochs=3.0, learning_rate=2e-4, batch_size=4, training_loss=1.5, validation_loss=1.2,
                          seconds=642.5, curve=(Point(10, 1.0, 2.5), Point(20, None, 1.5))),
        training_job_id="job-7",
    )  # fmt: skip
    return msgspec.structs.replace(adapter, **changed)


def kept(ledger: Ledger, *adapters: Adapter) -> None:
    with ledger.write() as connection:
        for adapter in adapters:
            lora_registry.add(connection, adapter)


def test_a_version_comes_back_as_it_was_imported(ledger: Ledger) -> None:
    kept(ledger, made("v1"))
    with ledger.read() as connection:
        assert lora_registry.adapter(connection, "v1") == made("v1")
        assert lora_registry.by_digest(connection, made("v1").artifact.digest) == made("v1")
        assert lora_registry.adapter(connection, "v2") is None


def test_the_columns_are_those_that_were_asked_for(ledger: Ledger) -> None:
    with ledger.read() as connection:
        told = {
            table: [column["name"] for column in inspect(connection).get_columns(table)]
            for table in ("lora_adapters", "lora_performance")
        }
    assert " ".join(told["lora_adapters"]) == (
        "version training_job_id base_model rank alpha dropout num_epochs learning_rate batch_size training_loss "
        "validation_loss training_time_seconds minio_path metadata is_active created_at deployed_at"
    )
    assert " ".join(told["lora_performance"]) == (
        "adapter_version metric_name metric_value sample_count timestamp metadata"
    )


def test_sql_that_people_wrote_runs(ledger: Ledger) -> None:
    kept(ledger, made("v1"), made("v2", created_at=NOW + 1))
    with ledger.write() as connection:
        lora_registry.set_aliases(connection, BASE, {"champion": "v2"}, NOW)
        asked = "SELECT version, training_loss, validation_loss, is_active FROM lora_adapters ORDER BY created_at DESC"
        assert [tuple(row) for row in connection.execute(text(asked))] == [("v2", 1.5, 1.2, 1), ("v1", 1.5, 1.2, 0)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lora_adapters SET training_loss = 0.1 WHERE version = 'v1'",
        "UPDATE lora_adapters SET minio_path = '/elsewhere'",
        "UPDATE lora_adapters SET created_at = NULL",
        "UPDATE lora_artifacts SET digest = 'f'",
        "UPDATE lora_artifacts SET base_digest = 'sha256:other'",
        "DELETE FROM lora_adapters",
        "DELETE FROM lora_artifacts",
        "UPDATE lora_promotions SET reason = 'it was fine'",
        "UPDATE lora_promotions SET forced = NOT forced",
        "DELETE FROM lora_promotions",
    ],
)
def test_the_database_refuses_to_change_the_past(ledger: Ledger, statement: str) -> None:
    kept(ledger, made("v1", base_digest="sha256:" + "1" * 64))
    with ledger.write() as connection:
        lora_registry.note(connection, Event(at=NOW, action="promote", base_model=BASE, version="v1", forced=True))
    with pytest.raises(StoreError, match="append-only"), ledger.write() as connection:
        connection.execute(text(statement))


def test_the_base_is_learnt_once(ledger: Ledger) -> None:
    kept(ledger, made("v1"))
    digest = "sha256:" + "2" * 64
    with ledger.write() as connection:
        lora_registry.learn_base(connection, "v1", digest)
        found = lora_registry.adapter(connection, "v1")
    assert found is not None
    assert found.base_digest == digest
    with pytest.raises(StoreError, match="append-only"), ledger.write() as connection:
        lora_registry.learn_base(connection, "v1", "sha256:" + "3" * 64)


def test_a_base_model_has_one_champion(ledger: Ledger) -> None:
    kept(ledger, made("v1"), made("v2"), made("w1", "other"))
    with ledger.write() as connection:
        lora_registry.set_aliases(connection, BASE, {"champion": "v1"}, NOW)
        lora_registry.set_aliases(connection, "other", {"champion": "w1"}, NOW)
        lora_registry.set_aliases(connection, BASE, {"champion": "v2", "previous": "v1"}, NOW + 5)
    with ledger.read() as connection:
        found = {adapter.version: adapter for adapter in lora_registry.adapters(connection)}
    assert {version for version, adapter in found.items() if adapter.active} == {"v2", "w1"}
    assert (found["v2"].aliases, found["v1"].aliases) == (("champion",), ("previous",))
    assert (found["v1"].deployed_at, found["v2"].deployed_at) == (NOW, NOW + 5)
    with pytest.raises(StoreError, match=r"(?i)unique"), ledger.write() as connection:
        connection.execute(text("UPDATE lora_adapters SET is_active = true WHERE version = 'v1'"))


def test_the_same_bytes_are_one_version(ledger: Ledger) -> None:
    kept(ledger, made("v1"))
    same = msgspec.structs.replace(made("v2"), artifact=made("v1").artifact)
    with pytest.raises(StoreError, match=r"(?i)unique"):
        kept(ledger, same)
    with ledger.read() as connection:
        assert [adapter.version for adapter in lora_registry.adapters(connection)] == ["v1"]


def test_a_model_name_serves_one_version_at_a_time(ledger: Ledger) -> None:
    kept(ledger, made("v1"), made("v2"))
    with ledger.write() as connection:
        lora_figures.serve(connection, "v1", "faq:latest", NOW)
        lora_figures.serve(connection, "v1", "faq:latest", NOW + 5)  # said twice
        lora_figures.serve(connection, "v2", "faq:latest", NOW + 60)
        assert lora_figures.withdraw(connection, "faq:latest", NOW + 90)
        assert not lora_figures.withdraw(connection, "faq:latest", NOW + 99)
        found = lora_figures.served(connection)
        assert [(one.version, one.since, one.until) for one in found] == [
            ("v2", NOW + 60, NOW + 90), ("v1", NOW, NOW + 60)
        ]  # fmt: skip
        assert [one.version for one in lora_figures.served(connection, after=NOW + 70)] == ["v2"]


def test_a_figure_of_the_same_window_takes_the_place_of_the_earlier(ledger: Ledger) -> None:
    kept(ledger, made("v1"))
    first = Figure(version="v1", metric="error_rate", value=0.5, samples=10, at=NOW)
    with ledger.write() as connection:
        assert lora_figures.keep(connection, [first, msgspec.structs.replace(first, at=NOW - 60)]) == 2
        lora_figures.keep(connection, [msgspec.structs.replace(first, value=0.25, samples=20)])
        found = lora_figures.figures(connection, "v1")
    assert [(figure.at, figure.value, figure.samples) for figure in found] == [(NOW - 60, 0.5, 10), (NOW, 0.25, 20)]


def test_a_figure_of_no_version_is_refused(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match=r"(?i)foreign key"), ledger.write() as connection:
        lora_figures.keep(connection, [Figure(version="v9", metric="accuracy", value=1.0, samples=1, at=NOW)])


def test_the_log_is_read_newest_first_and_by_version(ledger: Ledger) -> None:
    kept(ledger, made("v1"), made("v2"))
    events = [
        Event(at=NOW, action="import", base_model=BASE, version="v1"),
        Event(at=NOW + 1, action="promote", base_model=BASE, version="v1", forced=True, reason="first", actor="ada"),
        Event(at=NOW + 2, action="refuse", base_model=BASE, version="v2", previous_version="v1", evidence={"n": 3}),
    ]
    with ledger.write() as connection:
        for event in events:
            lora_registry.note(connection, event)
        assert lora_registry.log(connection) == events[::-1]
        assert lora_registry.log(connection, version="v2") == [events[2]]
        assert lora_registry.log(connection, base_model="other") == []

"""The record in a data folder, as commands read it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from sereno.assembly.importing.messages import call_of
from sereno.assembly.importing.run import import_records
from sereno.assembly.record import StoreRecord, open_record
from sereno.assembly.store import open_store, store_path
from sereno.calls import Call
from sereno.config import Settings
from sereno.config.sections.store import StoreSection
from sereno.errors import ConfigError, QueryError, StoreError
from sereno.query.message import CallMessage
from sereno.store.base import Record, Store

IDS = [f"0192f0a1-b2c3-7def-8123-4567000000{number:02x}" for number in range(20)]


def call(number: int, status: str = "success") -> Call:
    told = {
        **dict.fromkeys(CallMessage.__struct_fields__), "id": IDS[number], "operation": "chat", "status": status,
        "timestamp": f"2026-11-20T10:00:{number:02}Z", "prompt": f"q{number}", "response": "r", "latency": 0.1,
        "stream": True, "model": "m",
    }  # fmt: skip
    return call_of(msgspec.convert(told, CallMessage))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path)


@pytest.fixture
def store(settings: Settings) -> Store:
    return open_store(settings)


def add(store: Store, *calls: Call) -> None:
    import_records(store, [Record(one, None) for one in calls], lambda _: None)


def test_a_tail_begins_with_the_latest_and_follows_new_calls(store: Store) -> None:
    add(store, *(call(number, "error" if number == 3 else "success") for number in range(5)))
    rounds: list[Callable[[], None]] = [
        lambda: add(store, call(5), call(6, "error")),
        lambda: None,
        lambda: add(store, call(7)),
    ]
    record = StoreRecord(store, sleep=lambda _: rounds.pop(0)())
    with record:
        seen = list(islice(record.follow([("status", "success")], 3), 5))
    assert [one.id for one in seen] == [IDS[1], IDS[2], IDS[4], IDS[5], IDS[7]]


def test_a_tail_of_an_empty_record_waits(store: Store) -> None:
    with StoreRecord(store, sleep=lambda _: add(store, call(0))) as record:
        assert next(record.follow([], 10)).id == IDS[0]


def test_latest_ids_go_over_pages(store: Store) -> None:
    add(store, *map(call, range(20)))
    with StoreRecord(store) as record:
        assert list(record.latest_ids(20_000)) == IDS[::-1]
        assert list(record.latest_ids(3)) == IDS[:16:-1]


def test_an_export_counts_as_it_goes(store: Store) -> None:
    add(store, *map(call, range(20)))
    with StoreRecord(store) as record:
        exported = record.export([("format", "jsonl")])
        assert (exported.total, exported.done()) == (20, 0)
        assert len(b"".join(exported.pieces).splitlines()) == 20
        assert exported.done() == 20


def test_a_wrong_question_is_the_apis_error(store: Store) -> None:
    with StoreRecord(store) as record:
        for pairs in ([("limit", "0")], [("colour", "red")], [("limit", "1"), ("limit", "2")]):
            with pytest.raises(QueryError):
                record.page(pairs)


def test_where_the_store_is(tmp_path: Path) -> None:
    def path(url: str) -> Path:
        return store_path(Settings(data=tmp_path, store=StoreSection(url=url)))

    assert path("") == tmp_path / "sereno.db"
    assert path("sqlite:/var/x.db") == Path("/var/x.db")
    assert path("sqlite:x.db") == tmp_path / "x.db"
    for wrong in ("mysql://h/db", "x.db", "sqlite:", "sqlite:///"):
        with pytest.raises(ConfigError, match="expected sqlite:PATH"):
            path(wrong)


def test_looking_makes_no_store(settings: Settings) -> None:
    with pytest.raises(StoreError, match="there is no record"):
        open_record(settings)
    assert not list(settings.data.iterdir())

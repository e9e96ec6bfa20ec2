"""A reading query whose deadline passes is interrupted; nothing else is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sereno.errors import StoreTimeoutError
from sereno.store.base import CallQuery
from sereno.store.deadline import deadline
from sereno.store.sqlite import SqliteStore
from sereno.store.sqlite.connection import Database
from store.made import a_batch, some_calls

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i % 7) FROM n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "sereno.db")
    yield opened
    opened.close()


def test_an_endless_query_ends_and_the_reader_is_usable_again(database: Database) -> None:
    for _ in range(3):
        with (
            pytest.raises(StoreTimeoutError, match="within the time allowed"),
            deadline(0.05),
            database.read() as reader,
        ):
            reader.execute(ENDLESS).fetchone()
        with database.read() as reader:
            assert reader.execute("SELECT calls FROM state").fetchone() == (0,)


def test_a_query_without_a_deadline_goes_on_beside_one_that_is_ended(database: Database) -> None:
    with database.read() as free:
        rows = free.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400000) SELECT i FROM n"
        )
        with pytest.raises(StoreTimeoutError), deadline(0.05), database.read() as reader:
            reader.execute(ENDLESS).fetchone()
        assert sum(1 for _ in rows) == 400_000


def test_an_interrupt_between_two_statements_is_not_lost(database: Database) -> None:
    def read() -> None:
        with deadline(0.02), database.read() as reader:
            reader.execute("SELECT 1").fetchone()
            time.sleep(0.1)  # the deadline passes while nothing runs
            reader.execute(ENDLESS).fetchone()

    with pytest.raises(StoreTimeoutError):
        read()


def test_a_deadline_that_has_passed_asks_nothing(database: Database) -> None:
    with pytest.raises(StoreTimeoutError), deadline(0.0), database.read():
        raise AssertionError


def test_every_reading_method_hears_it_and_writing_does_not(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "sereno.db")
    calls = some_calls(50)
    with deadline(0.0):
        assert store.add(a_batch(calls)) == 50
        for ask in (
            lambda: store.calls(CallQuery()),
            lambda: store.aggregate(CallQuery()),
            lambda: store.users(CallQuery()),
            lambda: next(iter(store.export(CallQuery()))),
        ):
            with pytest.raises(StoreTimeoutError):
                ask()
    with deadline(60.0):
        assert store.count(CallQuery(internal=None)) == 50
    store.close()

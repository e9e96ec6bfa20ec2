"""The ledger: transactions, moments, and what goes wrong told as a `StoreError`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, Column, Integer, MetaData, Table, insert, select, text

from sereno.errors import StoreError
from sereno.store.ledger import Ledger, Moment
from sereno.store.ledger.url import postgres_url, sqlite_url
from store.conftest import BACKENDS, Databases

META = MetaData()
THINGS = Table("things", META, Column("id", Integer, primary_key=True), Column("at", Moment))


@pytest.fixture(params=BACKENDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> URL:
    """Where an empty ledger can be."""
    if request.param == "sqlite":
        return sqlite_url(tmp_path / "sereno.db")
    databases: Databases = request.getfixturevalue("databases")
    return postgres_url(databases.url(tmp_path))


@pytest.fixture
def ledger(url: URL) -> Iterator[Ledger]:
    ledger = Ledger(url)
    with ledger.write() as connection:
        META.create_all(connection)
    yield ledger
    ledger.close()


def test_a_block_that_raises_keeps_nothing(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError), ledger.write() as connection:  # noqa: PT012  # the write is what is undone
        connection.execute(insert(THINGS).values(id=1, at=1.5))
        raise RuntimeError
    with ledger.read() as connection:
        assert connection.execute(select(THINGS)).all() == []


def test_a_moment_comes_back_as_epoch_seconds(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(insert(THINGS), [{"id": 1, "at": 1763683200.25}, {"id": 2, "at": None}])
    with ledger.read() as connection:
        assert [tuple(row) for row in connection.execute(select(THINGS))] == [(1, 1763683200.25), (2, None)]


def test_many_writers_wait_for_each_other(ledger: Ledger) -> None:
    def add(first: int) -> None:
        for number in range(first, first + 20):
            with ledger.write() as connection:
                connection.execute(select(THINGS)).all()
                connection.execute(insert(THINGS).values(id=number))

    threads = [threading.Thread(target=add, args=(n * 100,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as connection:
        assert len(connection.execute(select(THINGS)).all()) == 120


def test_what_the_database_refuses_is_a_store_error(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match=r"The ledger's database failed: .*syntax"), ledger.read() as connection:
        connection.execute(text("SELEKT 1"))


def test_a_row_is_not_told(ledger: Ledger) -> None:
    with pytest.raises(StoreError, match="constraint") as caught, ledger.write() as connection:  # noqa: PT012
        connection.execute(insert(THINGS).values(id=73577, at=None))
        connection.execute(insert(THINGS).values(id=73577, at=None))
    assert "73577" not in str(caught.value)


def test_a_record_without_the_table_says_who_makes_it(ledger: Ledger) -> None:
    said = r"the keeper makes it when it starts: run `sereno up` once\. \(.*not_there.*\)$"
    with pytest.raises(StoreError, match=said), ledger.read() as connection:
        connection.execute(text("SELECT * FROM not_there"))


def test_read_only_writes_nothing(ledger: Ledger, url: URL, tmp_path: Path) -> None:
    assert ledger is not None
    local = url.get_backend_name() == "sqlite"
    reader = Ledger(sqlite_url(tmp_path / "sereno.db", read_only=True) if local else url, read_only=True)
    with reader.read() as connection:
        assert connection.execute(select(THINGS)).all() == []
    with pytest.raises(StoreError, match="reading only"), reader.write():
        pass
    reader.close()

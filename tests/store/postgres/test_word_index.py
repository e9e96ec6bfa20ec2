"""The words of what is stored are sorted into their index by a second session, and no batch depends on it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest

from sereno.store.base import CallQuery
from sereno.store.postgres import PostgresStore, word_index
from sereno.store.postgres.address import address
from sereno.store.postgres.word_index import SORT_IN
from store.conftest import Databases
from store.made import a_batch, a_call

PATIENCE = 60.0


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> str:
    return databases.url(tmp_path)


@pytest.fixture
def store(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgresStore]:
    monkeypatch.setattr(word_index, "ENOUGH", 20)
    store = PostgresStore(address(url))
    yield store
    store.close()


def add(store: PostgresStore, first: int, many: int) -> None:
    calls = [a_call(n, prompt=f"word{n} again") for n in range(first, first + many)]
    assert store.add(a_batch(calls, f"b{first}")) == many


def waiting_pages(store: PostgresStore) -> int:
    """Pages of the lists that wait to be sorted in; asking sorts them in."""
    with store._database.write() as link:
        return sum(pages for (pages,) in link.execute(SORT_IN))


def wait_until_idle(store: PostgresStore) -> None:
    deadline = time.monotonic() + PATIENCE
    while store._database.word_index.is_working:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_enough_new_bodies_are_sorted_in_beside_ingest(store: PostgresStore) -> None:
    add(store, 0, 19)
    assert waiting_pages(store) > 0, "few bodies wait in the list"
    add(store, 19, 19)
    wait_until_idle(store)
    assert waiting_pages(store) == 0
    assert [call.id for call in store.calls(CallQuery(search="WORD7 again")).calls] == [a_call(7).id]


def test_a_second_session_that_ends_or_cannot_begin_stops_no_batch(
    store: PostgresStore, databases: Databases, url: str
) -> None:
    add(store, 0, 20)
    index = store._database.word_index
    wait_until_idle(store)
    assert index._link is not None
    assert waiting_pages(store) == 0
    databases.server.execute(f"SELECT pg_terminate_backend({index._link.raw.info.backend_pid}, 10000)")
    first = 20
    while waiting_pages(store) or first == 20:  # told that it ended, then asked anew
        add(store, first, 20)
        wait_until_idle(store)
        first += 20
    index.close()

    def no_room() -> NoReturn:
        raise psycopg.OperationalError("sorry, too many clients already")

    index._connect = no_room
    add(store, first, 20)
    assert store.count(CallQuery(search="again")) == first + 20


def test_bodies_of_every_month_keep_to_their_row(store: PostgresStore, databases: Databases, url: str) -> None:
    add(store, 0, 1)
    sql = (
        "SELECT c.relname, c.reloptions, a.attstorage::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'words' WHERE inhparent = 'sereno.bodies'::regclass"
        " ORDER BY 1"
    )
    rows = databases.server.execute(sql, url.rpartition("/")[2])
    assert {name for name, *_ in rows} >= {"bodies_2026_09", "bodies_before", "bodies_after"}
    assert {(tuple(options), storage) for _, options, storage in rows} == {(("toast_tuple_target=8160",), "e")}

"""A record that a real database refuses is counted and passed over, on PostgreSQL as on SQLite; no other is held up."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from keeper.harness import counted, drain, ids, make
from sereno.calls import Exchange, id_text
from sereno.store.base import Store
from sereno.store.sqlite import SqliteStore
from store.conftest import Databases

BAD = 3
BYTES = 123_457
"""Of an answer that a rule of the database forbids."""


def passed_over(data: Path, store: Store, write: Callable[..., None], exchange: Callable[..., Exchange]) -> None:
    sent = [exchange(i, at=i, **({"response_size": BYTES} if i == BAD else {})) for i in range(9)]
    write(sent)
    ingest = make(data, store)
    drain(ingest)
    assert ids(store) == sorted(id_text(one.id) for i, one in enumerate(sent) if i != BAD)
    assert counted(store) == 8
    assert store.counters().counters["sereno_journal_poisoned_frames_total", ()] == 1
    assert set(ingest.errors) == {"rejected"}
    assert ingest.step() == 0


def test_by_postgresql(
    data: Path, databases: Databases, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    store = databases.open(data)
    database = databases.url(data).rpartition("/")[2]
    rule = f"ADD CONSTRAINT picky CHECK (response_bytes <> {BYTES})"
    databases.server.execute(f"ALTER TABLE sereno.calls {rule}", database)
    try:
        passed_over(data, store, write, exchange)
    finally:
        store.close()
        databases.server.execute("ALTER TABLE sereno.calls DROP CONSTRAINT picky", database)


def test_by_sqlite(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    with sqlite3.connect(data / "sereno.db") as connection:
        connection.execute(
            "CREATE TRIGGER picky BEFORE INSERT ON calls WHEN new.response_bytes = "
            f"{BYTES} BEGIN SELECT RAISE(ABORT, 'picky'); END"
        )
    connection.close()
    passed_over(data, store, write, exchange)

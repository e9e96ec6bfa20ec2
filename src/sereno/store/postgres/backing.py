"""Backups of a PostgreSQL store: an SQLite store, with the ledger, that `sereno store copy` brings back.

A backup needs no program of the server's version, and any Sereno opens it as it is.
"""

from __future__ import annotations

from pathlib import Path

from sereno.store.copying import copy_store
from sereno.store.ledger import Ledger
from sereno.store.ledger.copying import copy_ledger
from sereno.store.ledger.url import postgres_url, sqlite_url
from sereno.store.postgres.connection import Database
from sereno.store.postgres.tables import PostgresTables
from sereno.store.sqlite import SqliteStore


def write_backup(database: Database, path: Path) -> None:
    """Write a consistent, checked copy; the file is there once it is whole."""
    draft = path.with_name(f".{path.name}-draft")
    for left in _files(draft):
        left.unlink(missing_ok=True)
    try:
        store = SqliteStore(draft)
        try:
            copy_store(PostgresTables(database), store.tables(), _quietly)
            source, target = Ledger(postgres_url(database.address.conninfo), read_only=True), Ledger(sqlite_url(draft))
            try:
                copy_ledger(source, target, _quietly)
            finally:
                source.close()
                target.close()
        finally:
            store.close()
        draft.rename(path)
    finally:
        for left in _files(draft):
            left.unlink(missing_ok=True)


def _files(draft: Path) -> list[Path]:
    return [draft, draft.with_name(f"{draft.name}-wal"), draft.with_name(f"{draft.name}-shm")]


def _quietly(_table: str, _rows: int) -> None:
    """A backup has no progress bar."""

"""`SqliteStore`: the store protocol over one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sereno.conventions import MODEL_LABEL_SLOTS
from sereno.errors import StoreError
from sereno.store.base import (
    Batch,
    Rewrite,
    StoreSizes,
)
from sereno.store.sql.answers import Answers
from sereno.store.sqlite import retention, rewriting, writing
from sereno.store.sqlite.connection import Database
from sereno.store.sqlite.dialect import SqliteDialect
from sereno.store.sqlite.names import Names
from sereno.store.sqlite.tables import SqliteTables


class SqliteStore(Answers):
    """Calls in one SQLite file (see `store.base.Store` for what each method promises).

    Args:
        path: the file; made if it is not there.
        read_only: make, migrate and write nothing; what would write raises `StoreError`.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self._database = Database(Path(path), read_only=read_only)
        self._names = Names("names")
        self._sessions = Names("sessions")
        super().__init__(self._database.read, self._names, self._sessions, SqliteDialect())
        self._data_version = -1

    def add(self, batch: Batch) -> int:
        """Commit a batch in one transaction; returns how many calls were new."""
        with self._naming() as connection:
            return writing.add(connection, self._names, self._sessions, batch)

    def rewrite(self, changes: Sequence[Rewrite]) -> int:
        """Change stored calls and the roll-ups that they are in."""
        with self._naming() as connection:
            return rewriting.rewrite(connection, self._asking(connection), self._names, self._sessions, changes)

    def claim_model_slots(self, models: Sequence[str]) -> Mapping[str, str]:
        """Give slots to models while there are free ones."""
        with self._database.write() as connection:
            slots: dict[str, str] = dict(connection.execute("SELECT model, label FROM model_slots").fetchall())
            for model in models:
                if model not in slots and len(slots) < MODEL_LABEL_SLOTS:
                    slots[model] = model
                    connection.execute("INSERT INTO model_slots VALUES (?, ?)", (model, model))
            return slots

    def delete_bodies(self, before: float, limit: int) -> int:
        """Remove up to `limit` bodies, previews and search entries of calls that started before then."""
        with self._database.write() as connection:
            gone = retention.delete_bodies(connection, before, limit)
        self._shrink()
        return gone

    def delete_calls(self, before: float, limit: int) -> int:
        """Remove up to `limit` calls that started before then; counters and roll-ups stay."""
        with self._database.write() as connection:
            gone = retention.delete_calls(connection, self._sessions, before, limit)
        self._shrink()
        return gone

    def sizes(self) -> StoreSizes:
        """What the store takes: page counts and file sizes, no scan."""
        with self._database.read() as connection:
            page = connection.execute("PRAGMA page_size").fetchone()[0]
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            free = connection.execute("PRAGMA freelist_count").fetchone()[0]
            calls, bodies = connection.execute("SELECT calls, bodies FROM state").fetchone()
            oldest = connection.execute("SELECT min(started_at) FROM calls").fetchone()[0]
        wal = f"{self._database.path}-wal"
        parts = {
            "database": (pages - free) * page,
            "free": free * page,
            "wal": os.stat(wal).st_size if os.path.exists(wal) else 0,  # noqa: PTH116, PTH110  # hot, and no Path is at hand
        }
        return StoreSizes(parts=parts, calls=calls, bodies=bodies, oldest_at=oldest)

    def acquire_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew a lease; False while somebody else holds it."""
        with self._database.write() as connection:
            taken = connection.execute(
                "INSERT INTO leases VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET holder = excluded.holder,"
                " until = excluded.until WHERE leases.holder = excluded.holder OR leases.until <= ?",
                (name, holder, now + seconds, now),
            )
            return taken.rowcount == 1

    def check(self) -> None:
        """Run a real query; `StoreError` if the store does not answer."""
        with self._database.read() as connection:
            connection.execute("SELECT id, total FROM calls ORDER BY started_at DESC LIMIT 1").fetchone()
            if connection.execute("SELECT calls FROM state").fetchone() is None:
                raise StoreError(f"The store {self._database.path} has lost its state: restore a backup.")

    def backup(self, path: str) -> None:
        """Write a consistent, compact copy to a path that must not exist (VACUUM INTO)."""
        if os.path.lexists(path):
            raise StoreError(f"The backup {path} exists already: name a file that does not exist.")
        self._database.copy_to(path)

    def tables(self) -> SqliteTables:
        """What a copy reads or writes."""
        return SqliteTables(self._database)

    def close(self) -> None:
        """Release everything; idempotent."""
        self._database.close()

    @contextmanager
    def _naming(self) -> Iterator[sqlite3.Connection]:
        """A transaction that may give numbers to texts."""
        try:
            with self._database.write() as connection:
                version = connection.execute("PRAGMA data_version").fetchone()[0]
                if version != self._data_version:  # another program wrote: numbers of texts may have gone
                    self._forget()
                    self._data_version = version
                yield connection
        except BaseException:
            self._forget()  # numbers given in the transaction that was rolled back
            raise

    def _shrink(self) -> None:
        with self._database.writer() as connection:
            retention.shrink(connection)

    def _forget(self) -> None:
        self._names.forget()
        self._sessions.forget()

"""`PostgresStore`: the store protocol over one PostgreSQL database, shared by any number of keepers."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sereno.conventions import MODEL_LABEL_SLOTS
from sereno.errors import StoreError
from sereno.store.base import (
    Batch,
    Rewrite,
    StoreSizes,
)
from sereno.store.postgres import retention, rewriting, writing
from sereno.store.postgres.address import Address
from sereno.store.postgres.backing import write_backup
from sereno.store.postgres.connection import Database
from sereno.store.postgres.dialect import PostgresDialect
from sereno.store.postgres.digest import digest
from sereno.store.postgres.names import Names
from sereno.store.postgres.tables import PostgresTables
from sereno.store.sql.answers import Answers

_SIZES = (
    "SELECT CASE WHEN relname LIKE 'calls%' THEN 'calls' WHEN relname LIKE 'bodies%' THEN 'bodies' ELSE 'other' END,"
    " sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = CAST('sereno' AS regnamespace)"
    " AND relkind = 'r' GROUP BY 1"
)


class PostgresStore(Answers):
    """Calls in one PostgreSQL database (see `store.base.Store` for what each method promises).

    Args:
        address: of the database.
        read_only: make, migrate and write nothing; what would write raises `StoreError`.
    """

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self._database = Database(address, read_only=read_only)
        self._names = Names("names")
        self._sessions = Names("sessions")
        super().__init__(self._database.read, self._names, self._sessions, PostgresDialect())

    def add(self, batch: Batch) -> int:
        """Commit a batch in one transaction; returns how many calls were new."""
        return writing.add(self._database, self._names, self._sessions, batch)

    def rewrite(self, changes: Sequence[Rewrite]) -> int:
        """Change stored calls and the roll-ups that they are in."""
        with self._database.write() as link:
            return rewriting.rewrite(link, self._asking(link), self._names, self._sessions, changes)

    def claim_model_slots(self, models: Sequence[str]) -> Mapping[str, str]:
        """Give slots to models while there are free ones."""
        with self._database.write() as link:
            slots: dict[str, str] = dict(link.execute("SELECT model, label FROM model_slots").fetchall())
            for model in models:
                if model not in slots and len(slots) < MODEL_LABEL_SLOTS:
                    slots[model] = model
                    row = (model, digest(model), model)
                    link.execute("INSERT INTO model_slots (model, digest, label) VALUES (?, ?, ?)", row)
            return slots

    def delete_bodies(self, before: float, limit: int) -> int:
        """Remove up to `limit` bodies of calls that started before then; those of a wholly older month at once."""
        with self._database.write() as link:
            return retention.delete_bodies(link, before, limit)

    def delete_calls(self, before: float, limit: int) -> int:
        """Remove up to `limit` calls that started before then; a wholly older month at once."""
        with self._database.write() as link:
            return retention.delete_calls(link, before, limit)

    def sizes(self) -> StoreSizes:
        """What the store takes: sizes of files, no scan."""
        with self._database.read() as link:
            parts = {name: int(size) for name, size in link.execute(_SIZES)}
            calls, bodies, oldest = link.execute(
                "SELECT calls, bodies, (SELECT min(started_at) FROM calls) FROM state"
            ).fetchall()[0]
        return StoreSizes(parts=parts, calls=calls, bodies=bodies, oldest_at=oldest)

    def acquire_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
        """Take or renew a lease; False while somebody else holds it."""
        with self._database.write() as link:
            taken = link.execute(
                "INSERT INTO leases AS l (name, holder, until) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE"
                " SET holder = excluded.holder, until = excluded.until"
                " WHERE l.holder = excluded.holder OR l.until <= ?",
                (name, holder, now + seconds, now),
            )
            return taken.rowcount == 1

    def check(self) -> None:
        """Run a real query; `StoreError` if the store does not answer."""
        with self._database.read() as link:
            link.execute("SELECT id, total FROM calls ORDER BY started_at DESC LIMIT 1").fetchone()
            if link.execute("SELECT calls FROM state").fetchone() is None:
                raise StoreError(f"The store {self._database.name} has lost its state: restore a backup.")

    def backup(self, path: str) -> None:
        """Write a consistent copy, an SQLite store, to a path that must not exist."""
        if os.path.lexists(path):
            raise StoreError(f"The backup {path} exists already: name a file that does not exist.")
        write_backup(self._database, Path(path))

    def tables(self) -> PostgresTables:
        """What a copy reads or writes."""
        return PostgresTables(self._database)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._database.is_closed

    def close(self) -> None:
        """Release everything; idempotent."""
        self._database.close()

"""`SqliteStore`: the store protocol over one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from sereno.calls import Call, Position
from sereno.conventions import MODEL_LABEL_SLOTS
from sereno.errors import StoreError
from sereno.metrics.increments import Increments
from sereno.store.base import (
    Batch,
    CallDetail,
    CallQuery,
    Dimension,
    Group,
    Page,
    Rewrite,
    SessionRow,
    SessionSort,
    StoreSizes,
    ThreadKey,
    UserRow,
    UserSort,
)
from sereno.store.sql.aggregate import aggregate
from sereno.store.sql.batches import positions
from sereno.store.sql.conversations import Conversations
from sereno.store.sql.counters import counters
from sereno.store.sql.dialect import Asking
from sereno.store.sql.ordering import cursor_of
from sereno.store.sql.reading import EXPORT_PAGE, Reader
from sereno.store.sql.users import Users
from sereno.store.sqlite import retention, rewriting, writing
from sereno.store.sqlite.connection import Database
from sereno.store.sqlite.dialect import SqliteDialect
from sereno.store.sqlite.names import Names


class SqliteStore:
    """Calls in one SQLite file (see `store.base.Store` for what each method promises).

    Args:
        path: the file; made if it is not there.
        read_only: make, migrate and write nothing; what would write raises `StoreError`.
    """

    def __init__(self, path: Path | str, *, read_only: bool = False) -> None:
        self._database = Database(Path(path), read_only=read_only)
        self._names = Names("names")
        self._sessions = Names("sessions")
        self._dialect = SqliteDialect()
        self._data_version = -1

    def add(self, batch: Batch) -> int:
        """Commit a batch in one transaction; returns how many calls were new."""
        with self._naming() as connection:
            return writing.add(connection, self._names, self._sessions, batch)

    def rewrite(self, changes: Sequence[Rewrite]) -> int:
        """Change stored calls and the roll-ups that they are in."""
        with self._naming() as connection:
            return rewriting.rewrite(connection, self._asking(connection), self._names, self._sessions, changes)

    def positions(self) -> Sequence[Position]:
        """Up to where every known worker's journal is stored."""
        with self._database.read() as connection:
            return positions(connection)

    def threads(self, keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
        """Sessions by conversation and owner; conversations are remembered for two days."""
        with self._reader() as reader:
            return reader.threads(keys, since)

    def calls(self, query: CallQuery) -> Page:
        """A page of calls."""
        with self._reader() as reader:
            return reader.page(query)

    def calls_after(self, sequence: int, limit: int, query: CallQuery | None = None) -> Sequence[tuple[int, Call]]:
        """Calls in the order of ingest."""
        with self._reader() as reader:
            return reader.after(sequence, limit, query or CallQuery(internal=None))

    def last_sequence(self) -> int:
        """The highest ingest sequence, -1 when empty."""
        with self._database.read() as connection:
            return int(connection.execute("SELECT last_sequence FROM state").fetchone()[0])

    def call(self, call_id: str) -> CallDetail | None:
        """One call with its bodies."""
        with self._reader() as reader:
            return reader.detail(call_id)

    def export(self, query: CallQuery) -> Iterator[Call]:
        """All calls that match; each page is a transaction of its own, so a slow client holds nothing back."""
        step = msgspec.structs.replace(query, limit=EXPORT_PAGE, offset=0, cursor=None)
        while True:
            with self._reader() as reader:
                calls = reader.whole(step)
            yield from calls
            if len(calls) < EXPORT_PAGE:
                return
            step = msgspec.structs.replace(step, cursor=cursor_of(step, calls[-1]))

    def count(self, query: CallQuery, at_most: int | None = None) -> int:
        """How many calls match; counting ends at `at_most`."""
        with self._reader() as reader:
            return reader.count(query, at_most)

    def aggregate(
        self,
        query: CallQuery,
        by: Sequence[Dimension] = (),
        interval: float | None = None,
        tz: str = "UTC",
        *,
        histograms: bool = True,
    ) -> Sequence[Group]:
        """Sums by dimension and interval."""
        with self._database.read() as connection:
            return aggregate(self._asking(connection), query, by, interval, tz, histograms=histograms)

    def unique_users(self, query: CallQuery) -> int:
        """How many different users the matching calls have."""
        with self._database.read() as connection:
            return Users(self._asking(connection), query).unique()

    def sessions(self, query: CallQuery, sort: SessionSort = "last") -> Sequence[SessionRow]:
        """Whole conversations that have a matching call."""
        with self._database.read() as connection:
            return Conversations(self._asking(connection)).listed(query, sort)

    def users(self, query: CallQuery, sort: UserSort = "calls") -> Sequence[UserRow]:
        """Users of the matching calls."""
        with self._database.read() as connection:
            return Users(self._asking(connection), query).listed(sort)

    def models(self) -> Sequence[str]:
        """Every canonical model name that has calls, sorted."""
        with self._reader() as reader:
            return reader.models()

    def counters(self) -> Increments:
        """Every counter and histogram since the store began."""
        with self._database.read() as connection:
            return counters(connection)

    def model_slots(self) -> Mapping[str, str]:
        """Canonical model name → label value."""
        with self._database.read() as connection:
            return dict(connection.execute("SELECT model, label FROM model_slots").fetchall())

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

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        with self._database.read() as connection:
            yield Reader(self._asking(connection))

    def _asking(self, connection: sqlite3.Connection) -> Asking:
        return Asking(connection, self._names, self._sessions, self._dialect)

    def _shrink(self) -> None:
        with self._database.writer() as connection:
            retention.shrink(connection)

    def _forget(self) -> None:
        self._names.forget()
        self._sessions.forget()

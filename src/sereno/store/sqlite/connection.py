"""Connections to one database file: a single writer, and readers that are lent out.

WAL lets readers work while the writer commits. Every commit is synced to the disk once (synchronous=FULL): the
keeper deletes a journal segment when its last frame is committed, so a commit must survive a power cut, and at
hundreds of calls a batch one sync is cheap.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from sereno.errors import StoreError
from sereno.store.lending import Lending
from sereno.store.sqlite.failures import told
from sereno.store.sqlite.functions import register
from sereno.store.sqlite.looking import looking_uri, reading_uri
from sereno.store.sqlite.migrate import migrate
from sereno.store.sqlite.watchdog import Watchdog

BUSY_SECONDS = 5.0
IDLE_READERS = 4
"""Readers kept open while nobody uses them."""


class Database:
    """The file and its connections.

    Args:
        path: the file; made if it is not there.
        read_only: make, migrate and write nothing; for commands that only look.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = str(path)
        self._writer: sqlite3.Connection | None = None
        self._writing = RLock()
        self._readers = Lending(self.path, self._open_reader, sqlite3.Connection.close, IDLE_READERS)
        self._watchdog = Watchdog()
        if read_only:
            self._reading = looking_uri(self.path)
        else:
            self._reading = reading_uri(self.path)
            self._writer = self._open_writer()

    def _open_writer(self) -> sqlite3.Connection:
        """The writer, on a file of this version's schema."""
        with told(self.path):
            try:
                # What people said is for the owner alone.
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            except OSError as error:
                raise StoreError(
                    f"The store {self.path} cannot be opened for writing ({error.strerror}):"
                    " check the file and its folder."
                ) from error
            writer = sqlite3.connect(
                self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=512
            )
            try:
                for pragma in (
                    "page_size = 8192",  # three bodies a page, where 4096 would hold one
                    "auto_vacuum = INCREMENTAL",  # both before the first table; they change nothing later
                    "journal_mode = WAL",
                    "synchronous = FULL",
                    "wal_autocheckpoint = 4000",
                    "journal_size_limit = 67108864",
                    "cache_size = -65536",
                    "temp_store = MEMORY",
                    "trusted_schema = OFF",
                ):
                    writer.execute(f"PRAGMA {pragma}")
                migrate(writer, self.path)
                register(writer)
            except BaseException:
                writer.close()
                raise
            return writer

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction on the writer: committed at the end, rolled back whole on any error."""
        with told(self.path), self._writing:
            writer = self._checked_writer()
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise

    @contextmanager
    def writer(self) -> Iterator[sqlite3.Connection]:
        """The writer outside a transaction, for pragmas and VACUUM."""
        with told(self.path), self._writing:
            yield self._checked_writer()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A reader inside one transaction, so that several queries see the same state; under `store.deadline`."""
        with told(self.path):
            connection = self._readers.borrow()
            try:
                with self._watchdog.over(connection):
                    connection.execute("BEGIN")
                    yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                self._readers.give_back(connection)

    def copy_to(self, path: str) -> None:
        """Write a consistent, compact copy; writers go on meanwhile (VACUUM INTO reads one snapshot)."""
        with told(self.path):
            self._readers.check_open()
            connection = sqlite3.connect(self._reading, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
            try:
                connection.execute("VACUUM INTO ?", (path,))
            finally:
                connection.close()

    def close(self) -> None:
        """Close everything; idempotent."""
        with self._writing:
            self._readers.close()
            if self._writer is not None:
                self._writer.close()

    def _open_reader(self) -> sqlite3.Connection:
        reader = sqlite3.connect(
            self._reading,
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
        )
        for pragma in ("query_only = ON", "cache_size = -16384", "temp_store = MEMORY", "trusted_schema = OFF"):
            reader.execute(f"PRAGMA {pragma}")
        register(reader)
        return reader

    def _checked_writer(self) -> sqlite3.Connection:
        self._readers.check_open()
        if self._writer is None:
            raise StoreError(f"The store {self.path} was opened for reading only: open it for writing to change it.")
        return self._writer

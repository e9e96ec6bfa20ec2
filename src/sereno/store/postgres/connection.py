"""Connections to one database: a single writer a program, one writer at a time over all programs, and readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, RLock

import psycopg

from sereno.errors import StoreError
from sereno.store.lending import Lending
from sereno.store.postgres.address import Address
from sereno.store.postgres.failures import told
from sereno.store.postgres.link import Link
from sereno.store.postgres.migrate import migrate, refuse_other_schema
from sereno.store.postgres.word_index import WordIndex

READERS = 8
"""Connections that read at once; further readers wait for one."""
WRITING = 0x53524E4F_57524954
"""Key of the advisory lock that a writing transaction holds (`SRNOWRIT`).

Ingest sequences then become visible in their order, roll-up cells are never updated crosswise, and two keepers need no
other agreement.
"""


class Database:
    """The database and its connections.

    Args:
        address: where it is.
        read_only: make, migrate and write nothing; for commands that only look.
    """

    def __init__(self, address: Address, *, read_only: bool = False) -> None:
        self.address = address
        self.name = address.name
        self._read_only = read_only
        self._writing = RLock()
        self._writer: Link | None = None
        self.word_index = WordIndex(lambda: Link(address, limited=False))
        self._reading = BoundedSemaphore(READERS)
        self._readers = Lending(self.name, lambda: Link(address, limited=True), Link.close, READERS)
        with told(self.name):
            if read_only:
                link = self._readers.borrow()
                try:
                    refuse_other_schema(link, self.name)
                finally:
                    self._readers.give_back(link)
            else:
                self._writer = Link(address, limited=False)
                try:
                    migrate(self._writer, self.name)
                except BaseException:
                    self._writer.close()
                    raise

    @contextmanager
    def write(self) -> Iterator[Link]:
        """One transaction on the writer: committed at the end, rolled back whole on any error."""
        with told(self.name), self._writing:
            writer = self._begun_writer()
            try:
                writer.execute("SELECT pg_advisory_xact_lock(?)", (WRITING,))
                yield writer
                writer.raw.execute(b"COMMIT")
            except BaseException:
                with suppress(psycopg.Error):
                    writer.raw.execute(b"ROLLBACK")
                if not writer.is_well:
                    writer.close()
                    self._readers.forget()
                raise

    @contextmanager
    def read(self) -> Iterator[Link]:
        """A reader inside one transaction, so that several queries see the same state; under `store.deadline`."""
        with told(self.name), self._reading:
            link = self._begun()
            try:
                yield link
            finally:
                with suppress(psycopg.Error):
                    link.raw.execute(b"ROLLBACK")
                if link.is_well:
                    self._readers.give_back(link)
                else:
                    link.close()

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._readers.is_closed

    def close(self) -> None:
        """Close everything; idempotent."""
        with self._writing:
            self._readers.close()
            self.word_index.close()
            if self._writer is not None:
                self._writer.close()

    def _begun(self) -> Link:
        """A reader in a transaction; one that was kept while the server was away is replaced."""
        begin = b"BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        link = self._readers.borrow()
        try:
            link.raw.execute(begin)
        except psycopg.OperationalError:
            link.close()
            self._readers.forget()
            link = self._readers.borrow()
            link.raw.execute(begin)
        return link

    def _begun_writer(self) -> Link:
        """The writer in a transaction; made anew if the server went away since it was used."""
        self._readers.check_open()
        if self._read_only:
            raise StoreError(f"The store {self.name} was opened for reading only: open it for writing to change it.")
        if self._writer is not None and not self._writer.raw.closed:
            try:
                self._writer.raw.execute(b"BEGIN")
            except psycopg.OperationalError:
                self._writer.close()
            else:
                return self._writer
        self._writer = Link(self.address, limited=False)
        self._writer.raw.execute(b"BEGIN")
        return self._writer

"""`Ledger`: the small tables beside the calls (alerts, drift, adapters, quality, explanations), on any SQL database.

Calls are many and have a store of their own, made for them. What stands here is little, and read in many ways: plain
tables, asked with SQLAlchemy Core, the same on SQLite (in the store's own file, so that one backup holds all) and on
PostgreSQL. One module a subject defines its tables and how they are read and written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from sereno.errors import StoreError
from sereno.store.ledger.metadata import METADATA

WAIT_SECONDS = 30.0
"""How long a transaction waits for another writer of the same SQLite file."""
MAKING = 0x53524E4F_4C454447
"""Key of the advisory lock under which tables are made (`SRNOLEDG`)."""


class Ledger:
    """An open ledger. Every method may be called from any thread.

    Args:
        url: where it is, as SQLAlchemy has it: `sqlite:///…` or `postgresql+psycopg://…`.
        read_only: make nothing and write nothing.

    Raises:
        StoreError: it cannot be opened.
    """

    def __init__(self, url: URL | str, *, read_only: bool = False) -> None:
        self._engine = create_engine(url, poolclass=QueuePool, pool_size=4, max_overflow=12, pool_pre_ping=True)
        self._read_only = read_only
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
            event.listen(self._engine, "begin", _begin_sqlite)
        else:
            event.listen(self._engine, "connect", _prepare_postgres)
        if not read_only:
            with self.write() as connection:
                if self._engine.dialect.name == "postgresql":  # keepers that start together make tables in turn
                    connection.execute(select(func.pg_advisory_xact_lock(MAKING)))
                METADATA.create_all(connection)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only looks.

        Raises:
            StoreError: the database does not answer.
        """
        with _telling(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction: all of it is kept, or, when the block raises, nothing.

        Raises:
            StoreError: the database does not answer, or is open for reading only.
        """
        if self._read_only:
            raise StoreError("The ledger is open for reading only: nothing can be written.")
        with _telling(), self._engine.execution_options(sereno_writes=True).begin() as connection:
            yield connection

    def close(self) -> None:
        """Release every connection; idempotent."""
        self._engine.dispose()


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        if _misses_a_table(cause):
            raise StoreError(
                "The record has no such table yet; the keeper makes it when it starts: run `sereno up` once. "
                f"({_first_line(cause)})"
            ) from error
        raise StoreError(f"The ledger's database failed: {_first_line(cause)}") from error


def _misses_a_table(cause: object) -> bool:
    # PostgreSQL has a code for it (42P01, undefined_table); SQLite only its words.
    return getattr(cause, "sqlstate", None) == "42P01" or str(cause).startswith("no such table: ")


def _first_line(cause: object) -> str:
    """What went wrong, without PostgreSQL's DETAIL, which tells the row."""
    return str(cause).strip().partition("\n")[0]


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    connection.execute(f"PRAGMA busy_timeout = {int(WAIT_SECONDS * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")


def _prepare_postgres(connection: Any, _: object) -> None:
    from sereno.store.postgres.adapters import register_texts  # noqa: PLC0415  psycopg may not be installed

    register_texts(connection)


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that begins by reading and then writes could fail at once, without waiting for the other writer.
    writes = connection.get_execution_options().get("sereno_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

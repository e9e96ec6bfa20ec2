"""The tables of an SQLite store, for copies."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sereno.store.sql.content import texts
from sereno.store.sql.tables import Table, quoted
from sereno.store.sqlite import search
from sereno.store.sqlite.connection import Database


class SqliteTables:
    """See `store.sql.tables.Tables`."""

    def __init__(self, database: Database) -> None:
        self.name = database.path
        self._database = database

    def read(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection in one transaction."""
        return self._database.read()

    def write(self) -> AbstractContextManager[sqlite3.Connection]:
        """A connection in a transaction that is committed at the end."""
        return self._database.write()

    def insert(self, connection: sqlite3.Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows; bodies become searchable."""
        marks = ", ".join("?" * len(table.columns))
        connection.executemany(f"INSERT INTO {table.name} ({quoted(table.columns)}) VALUES ({marks})", rows)
        if table.name == "bodies":
            search.index(connection, ((row[0], row[1], *texts(row[4])) for row in rows))

    def finish(self, connection: sqlite3.Connection) -> None:
        """Nothing: SQLite follows the numbers that are given."""

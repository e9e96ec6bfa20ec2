"""The tables of a PostgreSQL store, for copies."""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from sereno.store.postgres import binary
from sereno.store.postgres.connection import Database
from sereno.store.postgres.digest import digest
from sereno.store.postgres.link import Link
from sereno.store.postgres.months import make_months
from sereno.store.postgres.word_index import SORT_IN
from sereno.store.postgres.writing import elements
from sereno.store.sql.columns import COLUMNS
from sereno.store.sql.content import texts
from sereno.store.sql.tables import Table

_DIGEST_OF = {
    "names": "name", "sessions": "name", "threads": "owner", "counters": "labels", "histograms": "labels",
    "model_slots": "model", "batches": "id",
}  # fmt: skip
"""Table → the column that its digest is of."""
_NUMBERED = {"names": "id", "sessions": "id", "batches": "number"}
_STARTED, _TRUTHS = COLUMNS.index("started_at"), [COLUMNS.index("stream"), COLUMNS.index("truncated")]


class PostgresTables:
    """See `store.sql.tables.Tables`."""

    def __init__(self, database: Database) -> None:
        self.name = database.name
        self._database = database

    def read(self) -> AbstractContextManager[Link]:
        """A connection in one transaction."""
        return self._database.read()

    def write(self) -> AbstractContextManager[Link]:
        """A connection in a transaction that is committed at the end."""
        return self._database.write()

    def insert(self, connection: Link, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows; calls get their months, bodies their words, long texts their digests."""
        columns: Sequence[str] = table.columns
        if table.name == "calls":
            make_months(connection, (row[_STARTED] for row in rows))
            rows = [_with_truths(row) for row in rows]
        elif table.name == "bodies":
            connection.copy_bodies(
                binary.row(seq, started_at, asked, answered, content, elements(*texts(content)))
                for seq, started_at, asked, answered, content in rows
            )
            return
        elif table.name in _DIGEST_OF:
            of = columns.index(_DIGEST_OF[table.name])
            columns, rows = (*columns, "digest"), [(*row, digest(row[of])) for row in rows]
        connection.copy(table.name, columns, rows)

    def finish(self, connection: Link) -> None:
        """Let new numbers begin beyond those that were copied; tell the planner what is there."""
        for table, column in _NUMBERED.items():
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('sereno.{table}', '{column}'),"
                f" (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
            )
        connection.execute(SORT_IN)
        connection.execute("ANALYZE calls, bodies, sessions, talks")


def _with_truths(row: Sequence[Any]) -> list[Any]:
    """A row of calls whose yes and no are no numbers."""
    out = list(row)
    for i in _TRUTHS:
        out[i] = bool(out[i])
    return out

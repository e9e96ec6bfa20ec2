"""A whole store to another, of whatever kind: row by row, checked afterwards by counts and checksums.

The source is read in one transaction, so the copy is of one moment. The target is written in many, of which the last
makes it a store: a copy that is interrupted can go on (`resume`), and must before a keeper uses it.
"""

# SQL is put together from names in this package; what users say is always a parameter.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from sereno.errors import StoreError
from sereno.store.sql.tables import TABLES, Table, Tables, Tell, quoted

ROWS_AT_ONCE = 2000
_encode = msgspec.msgpack.Encoder().encode


class Checksum(NamedTuple):
    """What a table holds.

    Attributes:
        rows: how many.
        sum: of the first eight bytes of each row's BLAKE2b, modulo 2⁶⁴: whatever their order.
    """

    rows: int = 0
    sum: int = 0

    def plus(self, rows: Sequence[Sequence[Any]]) -> Checksum:
        """With more rows."""
        total = self.sum
        for row in rows:
            whole = _encode([int(value) if isinstance(value, bool) else value for value in row])
            total += int.from_bytes(blake2b(whole, digest_size=8).digest(), "big")
        return Checksum(self.rows + len(rows), total % 2**64)


def is_empty(tables: Tables) -> bool:
    """Whether a store has no row of its own yet."""
    with tables.read() as connection:
        return all(
            connection.execute(f"SELECT 1 FROM {table.name} LIMIT 1").fetchone() is None
            for table in TABLES
            if table.name != "state"
        )


def size(tables: Tables) -> int:
    """About how many rows a copy of calls and bodies has to move; quick."""
    with tables.read() as connection:
        calls, bodies = connection.execute("SELECT calls, bodies FROM state").fetchone()
    return int(calls + bodies)


def copy_store(source: Tables, target: Tables, tell: Tell, *, resume: bool = False) -> dict[str, Checksum]:
    """Copy everything; returns what each table holds in both.

    Args:
        source: stays as it is.
        target: empty, or begun by an earlier copy of the same source.
        tell: called as rows are done.
        resume: go on with a copy that was interrupted.

    Raises:
        StoreError: the target is not empty, or holds something else than the source after the copy.
    """
    if not resume and not is_empty(target):
        raise StoreError(f"The store {target.name} is not empty: copy to a new one, or go on with --continue.")
    found: dict[str, Checksum] = {}
    with source.read() as reading:
        for table in TABLES:
            begun = _last(target, table) if resume and table.grows else None
            copied = Checksum()
            if not table.grows:
                copied = _replace(reading, target, table, tell)
            else:
                for rows in _pages(reading, table, begun):
                    with target.write() as writing:
                        target.insert(writing, table, rows)
                    copied = copied.plus(rows)
                    tell(table.name, len(rows))
            found[table.name] = copied if begun is None else _checksum(reading, table)
        with target.write() as writing:
            target.finish(writing)
    for table in TABLES:
        with target.read() as writing:
            there = _checksum(writing, table)
        if there != found[table.name]:
            raise StoreError(
                f"The copy of {table.name} in {target.name} holds {there.rows} rows with checksum {there.sum:016x}, the"
                f" source {found[table.name].rows} with {found[table.name].sum:016x}: the source was changed since the"
                " copy began, or something else wrote to the target. Copy to an empty store while no keeper writes."
            )
    return found


def _replace(reading: Any, target: Tables, table: Table, tell: Tell) -> Checksum:
    """Copy a table whose rows change, in one transaction, in the place of what may be there."""
    copied = Checksum()
    with target.write() as writing:
        writing.execute(f"DELETE FROM {table.name}")
        for rows in _pages(reading, table, None):
            target.insert(writing, table, rows)
            copied = copied.plus(rows)
            tell(table.name, len(rows))
    return copied


def _pages(connection: Any, table: Table, after: Sequence[Any] | None) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a table along its key, after one of its keys."""
    columns, key = quoted(table.columns), quoted(table.key)
    places = [table.columns.index(column) for column in table.key]
    beyond = f"WHERE ({key}) > ({', '.join('?' * len(table.key))})"
    while True:
        where, values = ("", ()) if after is None else (beyond, tuple(after))
        sql = f"SELECT {columns} FROM {table.name} {where} ORDER BY {key} LIMIT {ROWS_AT_ONCE}"
        rows = connection.execute(sql, values).fetchall()
        if rows:
            yield rows
            after = [rows[-1][place] for place in places]
        if len(rows) < ROWS_AT_ONCE:
            return


def _last(target: Tables, table: Table) -> Sequence[Any] | None:
    """The key of the last row that is there."""
    with target.read() as connection:
        order = ", ".join(f'"{column}" DESC' for column in table.key)
        row = connection.execute(f"SELECT {quoted(table.key)} FROM {table.name} ORDER BY {order} LIMIT 1").fetchone()
    return None if row is None else tuple(row)


def _checksum(connection: Any, table: Table) -> Checksum:
    total = Checksum()
    for rows in _pages(connection, table, None):
        total = total.plus(rows)
    return total

"""All tables of a ledger to another, checked afterwards by counts and checksums."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, delete, func, insert, inspect, select, text, update

from sereno.errors import StoreError
from sereno.store.ledger.ledger import Ledger
from sereno.store.ledger.metadata import FOR_EVER, METADATA, Moment
from sereno.store.sql.tables import Tell

ROWS_AT_ONCE = 1000


def copy_ledger(source: Ledger, target: Ledger, tell: Tell) -> dict[str, int]:
    """Copy every table in one transaction; returns the rows of each.

    Args:
        source: stays as it is; tables that it does not have yet are empty.
        target: what it holds is replaced; of what is for ever, what is missing is added.
        tell: called with a table's name and its rows.

    Raises:
        StoreError: the target holds something else than the source after the copy.
    """
    done: dict[str, int] = {}
    with source.read() as reading, target.write() as writing:
        there = set(inspect(reading).get_table_names())
        for table in reversed(METADATA.sorted_tables):
            if not table.info.get(FOR_EVER):
                writing.execute(delete(table))
        for table in METADATA.sorted_tables:
            if table.name not in there:
                continue
            total, count = 0, 0
            bring = _add if table.info.get(FOR_EVER) else _insert
            for rows in reading.execute(_ordered(table)).mappings().partitions(ROWS_AT_ONCE):
                bring(writing, table, rows)
                total += _checksum(table, rows)
                count += len(rows)
            _number_on(writing, table)
            kept = writing.execute(_ordered(table)).mappings().all()
            if len(kept) != count or _checksum(table, kept) != total:
                raise StoreError(
                    f"The copy of {table.name} holds {len(kept)} rows that differ from the source's {count}."
                )
            done[table.name] = count
            tell(table.name, count)
    return done


def _insert(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    connection.execute(insert(table), [dict(row) for row in rows])


def _add(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    """Insert what is missing and change what differs; the database refuses where that is for ever."""
    key = tuple(table.primary_key.columns)
    there = {_values(row, key): row for row in connection.execute(select(table)).mappings()}
    changed = [
        row
        for row in rows
        if (kept := there.get(_values(row, key))) is not None and _checksum(table, [row]) != _checksum(table, [kept])
    ]
    for row in sorted(changed, key=_switched_on):  # of two that may not both be on, one is turned off first
        same = and_(*(column == row[column.name] for column in key))
        connection.execute(update(table).where(same).values(**row))
    missing = [row for row in rows if _values(row, key) not in there]
    if missing:
        _insert(connection, table, missing)


def _values(row: Any, key: Sequence[Column[Any]]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in key)


def _switched_on(row: Any) -> bool:
    return any(value is True for value in row.values())


def is_empty(ledger: Ledger) -> bool:
    """Whether no table has a row."""
    with ledger.read() as connection:
        there = set(inspect(connection).get_table_names())
        return not any(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADATA.sorted_tables
            if table.name in there
        )


def _ordered(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _checksum(table: Table, rows: Sequence[Any]) -> int:
    """The sum of the rows' hashes; moments by the microsecond, which is what PostgreSQL keeps."""
    moments = {column.name for column in table.columns if isinstance(column.type, Moment)}
    total = 0
    for row in rows:
        values = [round(v, 6) if k in moments and v is not None else v for k, v in row.items()]
        whole = json.dumps(values, default=str, sort_keys=True).encode("utf-8", "surrogatepass")
        total += int.from_bytes(blake2b(whole, digest_size=8).digest(), "big")
    return total


def _number_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows beyond those that were copied; SQLite does so by itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    sequence = connection.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar_one()
    if sequence is not None:
        highest = connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()
        connection.execute(text("SELECT setval(:s, :n, false)"), {"s": sequence, "n": highest + 1})

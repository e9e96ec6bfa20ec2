"""All tables of a ledger to another, checked afterwards by counts and checksums."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, inspect, select, text

from sereno.errors import StoreError
from sereno.store.ledger.ledger import Ledger
from sereno.store.ledger.metadata import METADATA, Moment
from sereno.store.sql.tables import Tell

ROWS_AT_ONCE = 1000


def copy_ledger(source: Ledger, target: Ledger, tell: Tell) -> dict[str, int]:
    """Copy every table in one transaction; returns the rows of each.

    Args:
        source: stays as it is; tables that it does not have yet are empty.
        target: what it holds is replaced.
        tell: called with a table's name and its rows.

    Raises:
        StoreError: the target holds something else than the source after the copy.
    """
    done: dict[str, int] = {}
    with source.read() as reading, target.write() as writing:
        there = set(inspect(reading).get_table_names())
        for table in reversed(METADATA.sorted_tables):
            writing.execute(delete(table))
        for table in METADATA.sorted_tables:
            if table.name not in there:
                continue
            total, count = 0, 0
            for rows in reading.execute(_ordered(table)).mappings().partitions(ROWS_AT_ONCE):
                writing.execute(insert(table), [dict(row) for row in rows])
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

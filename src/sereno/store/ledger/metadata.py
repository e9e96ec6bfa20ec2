"""What all tables of the ledger share: one `MetaData`, and how a moment is kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, Dialect, Double, Index, MetaData, types
from sqlalchemy.dialects.postgresql import JSONB

METADATA = MetaData()
"""Every table of the ledger; the modules that `ledger.SUBJECTS` lists fill it."""
FOR_EVER = "for_ever"
"""Mark (`Table.info`) of tables whose rows the database refuses to delete."""
DOCUMENT = JSON().with_variant(JSONB, "postgresql")
"""A JSON document that people can ask in SQL."""


def only_one(name: str, column: Column[Any], where: Column[Any]) -> Index:
    """An index by which at most one row of each value of a column has `where` true."""
    return Index(name, column, unique=True, sqlite_where=where, postgresql_where=where)


class Moment(types.TypeDecorator[float]):
    """Epoch seconds in Python; `timestamptz` in PostgreSQL, so that SQL written by people works; a number in SQLite."""

    impl = Double
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """The column type of a database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(types.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Double())

    def process_bind_param(self, value: float | None, dialect: Dialect) -> Any:
        """Epoch seconds to what the database takes."""
        if value is None or dialect.name != "postgresql":
            return value
        return datetime.fromtimestamp(value, UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> float | None:
        """What the database gives to epoch seconds."""
        if value is None or dialect.name != "postgresql":
            return None if value is None else float(value)
        return float(value.timestamp())

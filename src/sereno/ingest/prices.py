"""The table of prices, in SQLite, PostgreSQL or TimescaleDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Double,
    MetaData,
    String,
    Table,
    create_engine,
    func,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from sereno.errors import ConfigError, StoreError
from sereno.ingest.bar import Bar

METADATA = MetaData()
STOCK_PRICES = Table(
    "stock_prices",
    METADATA,
    Column("symbol", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("open", Double, nullable=False),
    Column("high", Double, nullable=False),
    Column("low", Double, nullable=False),
    Column("close", Double, nullable=False),
    Column("adj_close", Double),
    Column("volume", BigInteger),
)
ROWS = 2000
"""Rows a statement."""
POSTGRES = "postgresql"


class Prices:
    """The table, made where it is missing.

    Args:
        url: `sqlite:FILE`, or `postgresql://USER@HOST/DATABASE`; a password also from PGPASSWORD.
        password: of the database, where it is not in the URL.

    Raises:
        ConfigError: the URL is none. StoreError: the database does not answer.
    """

    def __init__(self, url: str, password: str | None = None) -> None:
        self._engine = create_engine(_address(url, password), pool_pre_ping=True)
        self.shown = self._engine.url.render_as_string(hide_password=True).replace("+psycopg", "").replace("///", "", 1)
        try:
            with self._engine.begin() as connection:
                METADATA.create_all(connection)
                self.hypertable = _hypertable(connection)
        except SQLAlchemyError as error:
            raise _failed(self.shown, error) from error

    def last_day(self, symbol: str) -> date | None:
        """The latest day of a symbol: where an interrupted download goes on."""
        try:
            with self._engine.connect() as connection:
                return connection.execute(
                    select(func.max(STOCK_PRICES.c.day)).where(STOCK_PRICES.c.symbol == symbol)
                ).scalar()
        except SQLAlchemyError as error:
            raise _failed(self.shown, error) from error

    def add(self, symbol: str, bars: Sequence[Bar]) -> int:
        """Write days in one transaction; returns how many were new. Known days are left as they are."""
        insert = (postgresql.insert if self._engine.dialect.name == POSTGRES else sqlite.insert)(STOCK_PRICES)
        rows = [{"symbol": symbol} | {name: getattr(bar, name) for name in Bar.__struct_fields__} for bar in bars]
        try:
            with self._engine.begin() as connection:
                before = self._count(connection, symbol)
                for first in range(0, len(rows), ROWS):
                    connection.execute(insert.on_conflict_do_nothing(), rows[first : first + ROWS])
                return self._count(connection, symbol) - before
        except SQLAlchemyError as error:
            raise _failed(self.shown, error) from error

    def close(self) -> None:
        """Release every connection."""
        self._engine.dispose()

    @staticmethod
    def _count(connection: Connection, symbol: str) -> int:
        counted = select(func.count()).select_from(STOCK_PRICES).where(STOCK_PRICES.c.symbol == symbol)
        return int(connection.execute(counted).scalar_one())


def _address(url: str, password: str | None) -> str:
    if url.startswith("sqlite:") and url.removeprefix("sqlite:").lstrip("/"):
        path = Path(url.removeprefix("sqlite:")).expanduser()
        if not path.absolute().parent.is_dir():
            raise ConfigError(f"--to names {path}, but there is no folder {path.absolute().parent}")
        return f"sqlite:///{path}"
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = None
    if parsed is None or parsed.get_backend_name() != POSTGRES or not parsed.database:
        raise ConfigError("--to is no database here; expected sqlite:FILE or postgresql://USER@HOST:PORT/DATABASE")
    parsed = parsed.set(drivername="postgresql+psycopg")
    return (parsed.set(password=password) if password else parsed).render_as_string(hide_password=False)


def _hypertable(connection: Connection) -> bool:
    """Make the table a hypertable where TimescaleDB is; whether it is one. Uses what its Apache licence covers."""
    if connection.dialect.name != POSTGRES:
        return False
    if connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")).first() is None:
        return False
    # A year has some 250 rows a symbol: by default each week would be a table of its own.
    connection.execute(
        text(
            "SELECT create_hypertable('stock_prices', 'day', chunk_time_interval => INTERVAL '5 years',"
            " if_not_exists => true, migrate_data => true)"
        )
    )
    return True


def _failed(shown: str, error: SQLAlchemyError) -> StoreError:
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    return StoreError(f"{shown} does not take prices: {cause}")

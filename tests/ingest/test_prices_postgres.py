"""The table of prices on a real PostgreSQL: whole or not at all, nothing twice, the right types."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import psycopg
import pytest

from ingest.databases import postgres_database
from parts.postgres import Server
from sereno.errors import StoreError
from sereno.ingest.bar import Bar
from sereno.ingest.prices import Prices
from sereno.ingest.sample import sample_bars


def _bar(day: int, close: float = 2.0, volume: int | None = None) -> Bar:
    return Bar(day=date(2024, 1, day), open=2, high=3, low=1, close=close, volume=volume)


@pytest.fixture
def url(postgres_server: Server) -> str:
    return postgres_database(postgres_server)


@pytest.fixture
def prices(url: str) -> Iterator[Prices]:
    prices = Prices(url)
    yield prices
    prices.close()


def test_days_are_kept_once_and_as_they_first_were(prices: Prices, url: str) -> None:
    assert prices.last_day("X") is None
    assert prices.add("X", [_bar(1), _bar(2, volume=4_000_000_000)]) == 2
    assert prices.add("X", [_bar(2, close=2.5), _bar(3)]) == 1
    assert prices.add("Y", [_bar(2)]) == 1
    assert prices.last_day("X") == date(2024, 1, 3)
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT symbol, day, close, volume FROM stock_prices ORDER BY symbol, day").fetchall()
    assert rows == [
        ("X", date(2024, 1, 1), 2.0, None), ("X", date(2024, 1, 2), 2.0, 4_000_000_000),
        ("X", date(2024, 1, 3), 2.0, None), ("Y", date(2024, 1, 2), 2.0, None),
    ]  # fmt: skip
    assert not prices.hypertable, "there is no TimescaleDB here"


TIMESCALE = """
SET allow_system_table_mods = on;
INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
  VALUES (99999, 'timescaledb', 10, 2200, false, '2.0');
CREATE TABLE asked (relation regclass, time_column name, chunk interval, if_not_exists boolean, migrate boolean);
CREATE FUNCTION create_hypertable(
  relation regclass, time_column_name name, partitioning_column name = NULL, number_partitions integer = NULL,
  associated_schema_name name = NULL, associated_table_prefix name = NULL,
  chunk_time_interval anyelement = NULL::bigint, create_default_indexes boolean = true,
  if_not_exists boolean = false, partitioning_func regproc = NULL, migrate_data boolean = false,
  OUT hypertable_id integer, OUT schema_name name, OUT table_name name, OUT created boolean
) LANGUAGE sql AS $$
  INSERT INTO asked
    VALUES (relation, time_column_name, chunk_time_interval::text::interval, if_not_exists, migrate_data);
  SELECT 1, 'public'::name, 'stock_prices'::name, true
$$
"""
"""No TimescaleDB can be had here: its name in the catalogue, and a function with the parameters that it documents."""


def test_where_timescaledb_is_the_table_is_made_a_hypertable_as_it_documents(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(TIMESCALE)
    for _ in range(2):  # a second run finds it made
        prices = Prices(url)
        assert prices.hypertable
        assert prices.add("X", [_bar(1)]) in {0, 1}
        prices.close()
    with psycopg.connect(url) as connection:
        asked = connection.execute("SELECT relation::text, time_column, chunk, if_not_exists, migrate FROM asked")
        assert asked.fetchall() == [("stock_prices", "day", timedelta(days=5 * 365), True, True)] * 2


def test_a_failure_in_the_middle_keeps_nothing(prices: Prices, url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("ALTER TABLE stock_prices ADD CHECK (day <> '2024-01-03')")
    with pytest.raises(StoreError, match="does not take prices"):
        prices.add("X", [_bar(day) for day in (1, 2, 3, 4)])
    assert prices.last_day("X") is None


def test_the_sample_comes_whole_and_once(prices: Prices, url: str) -> None:
    days = sample_bars()
    assert prices.add("^GSPC", days) == len(days) == 5031
    assert prices.add("^GSPC", days) == 0
    with psycopg.connect(url) as connection:
        # Published: the S&P 500 closed at 1,106.42 on 29 September 2008, down 8.8 % (S&P Dow Jones Indices).
        row = connection.execute("SELECT close FROM stock_prices WHERE day = '2008-09-29'").fetchone()
    assert row is not None
    assert round(row[0], 2) in {1106.42, 1106.39}


def test_another_ones_table_is_no_table_of_prices(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE stock_prices (symbol text)")
    prices = Prices(url)
    with pytest.raises(StoreError, match="does not take prices"):
        prices.add("X", [_bar(1)])
    prices.close()

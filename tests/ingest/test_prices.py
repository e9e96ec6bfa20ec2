"""The table of prices on SQLite (and PostgreSQL in `test_prices_postgres`): whole or not at all, nothing twice."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from sereno.errors import ConfigError, StoreError
from sereno.ingest.bar import Bar
from sereno.ingest.prices import Prices


def _bar(day: int, close: float = 2.0) -> Bar:
    return Bar(day=date(2024, 1, day), open=2, high=3, low=1, close=close)


def test_days_are_kept_once_and_as_they_first_were(tmp_path: Path) -> None:
    prices = Prices(f"sqlite:{tmp_path / 'p.db'}")
    assert prices.last_day("X") is None
    assert prices.add("X", [_bar(1), _bar(2)]) == 2
    assert prices.add("X", [_bar(2, close=2.5), _bar(3)]) == 1
    assert prices.add("Y", [_bar(2)]) == 1
    assert prices.last_day("X") == date(2024, 1, 3)
    prices.close()
    with sqlite3.connect(tmp_path / "p.db") as connection:
        rows = connection.execute("SELECT symbol, day, close, volume FROM stock_prices ORDER BY symbol, day").fetchall()
    assert rows == [("X", "2024-01-01", 2.0, None), ("X", "2024-01-02", 2.0, None), ("X", "2024-01-03", 2.0, None),
                    ("Y", "2024-01-02", 2.0, None)]  # fmt: skip


def test_a_failure_in_the_middle_keeps_nothing(tmp_path: Path) -> None:
    prices = Prices(f"sqlite:{tmp_path / 'p.db'}")
    with sqlite3.connect(tmp_path / "p.db") as connection:
        connection.execute(
            "CREATE TRIGGER stop BEFORE INSERT ON stock_prices WHEN NEW.day = '2024-01-03'"
            " BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    with pytest.raises(StoreError, match="disk is full"):
        prices.add("X", [_bar(day) for day in (1, 2, 3, 4)])
    assert prices.last_day("X") is None
    prices.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://a/b", "expected sqlite:FILE or postgresql://"),
        ("sqlite:", "expected sqlite:FILE"),
        ("sqlite:/not/there/x.db", "there is no folder /not/there"),
        ("postgresql://u@h", "expected sqlite:FILE or postgresql"),
        ("", "expected sqlite:FILE"),
    ],
)
def test_an_address_that_is_none_is_told(url: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        Prices(url)


def test_a_database_that_is_away_is_told_without_the_password() -> None:
    with pytest.raises(StoreError, match="does not take prices") as caught:
        Prices("postgresql://me:hush@127.0.0.1:1/prices")
    assert "hush" not in str(caught.value)

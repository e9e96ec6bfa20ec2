"""Where a ledger is: the same file as the store's, whatever its folder is called."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from sereno.store.ledger import Ledger
from sereno.store.ledger.url import sqlite_url


@pytest.mark.parametrize("name", ["plain", "with space", "a?mode=rwc", "a#b", "a%41b", "año", "100%"])
def test_the_reader_opens_the_file_that_the_writer_made(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    with closing(Ledger(sqlite_url(folder / "sereno.db"))) as made, made.write() as connection:
        connection.execute(text("CREATE TABLE mark (x)"))
    reader = Ledger(sqlite_url(folder / "sereno.db", read_only=True), read_only=True)
    with closing(reader), reader.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'mark'")).scalar() == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]

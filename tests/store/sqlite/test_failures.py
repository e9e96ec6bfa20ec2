"""What SQLite complains of: whether it passes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sereno.errors import StoreError
from sereno.store.sqlite.failures import told


def refused(path: Path | str, *statements: str) -> StoreError:
    """What a statement, after others, ends with."""

    def run() -> None:
        with told(str(path)), closing(sqlite3.connect(path, timeout=0)) as connection:
            for statement in statements:
                connection.execute(statement)

    with pytest.raises(StoreError) as caught:
        run()
    return caught.value


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["CREATE TABLE t (i INTEGER PRIMARY KEY)", "INSERT INTO t VALUES (1), (1)"], "rejected"),
        (["CREATE TABLE t (i INTEGER CHECK (i > 0))", "INSERT INTO t VALUES (0)"], "rejected"),
        (["CREATE TABLE t (i INTEGER PRIMARY KEY)", "INSERT INTO t VALUES ('word')"], "rejected"),
        (["SELECT zeroblob(2147483647)"], "rejected"),
        (["CREATE TABLE t (x)", "PRAGMA max_page_count = 2", "INSERT INTO t VALUES (zeroblob(99999))"], "disk_full"),
        (["PRAGMA query_only = 1", "CREATE TABLE t (x)"], "read_only"),
        (["SELECT * FROM nowhere"], "other"),
    ],
)
def test_reasons(tmp_path: Path, statements: list[str], reason: str) -> None:
    assert refused(tmp_path / "s.db", *statements).reason == reason


def test_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database, but long enough to be looked at " * 9)
    assert refused(tmp_path / "text", "SELECT * FROM sqlite_master").reason == "corrupt"
    assert refused(tmp_path / "nowhere" / "s.db").reason == "unreachable"


def test_a_lock_that_another_holds(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "s.db")
    other.execute("BEGIN EXCLUSIVE")
    assert refused(tmp_path / "s.db", "CREATE TABLE t (x)").reason == "locked"
    other.close()

"""What a real server complains of: whether it passes, and what a person is told without a row of theirs."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from sereno.errors import StoreError, StoreTimeoutError
from sereno.store.postgres.failures import told, trouble
from store.conftest import Databases


@pytest.fixture
def url(databases: Databases, tmp_path: Path) -> str:
    return databases.url(tmp_path)


def refused(url: str, *statements: str) -> StoreError:
    """What a statement, after others, ends with."""

    def run() -> None:
        with told("here"), psycopg.connect(url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    with pytest.raises(StoreError) as caught:
        run()
    return caught.value


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        (["SELECT 1 / 0"], "rejected"),  # 22012
        (["SELECT CAST('x' AS integer)"], "rejected"),  # 22P02
        (["SELECT CAST(1e300 AS real)"], "rejected"),  # 22003
        (["CREATE TEMP TABLE t (i int PRIMARY KEY)", "INSERT INTO t VALUES (1), (1)"], "rejected"),  # 23505
        (["CREATE TEMP TABLE t (i int CHECK (i > 0))", "INSERT INTO t VALUES (0)"], "rejected"),  # 23514
        (["CREATE TEMP TABLE t (w text PRIMARY KEY)",
          "INSERT INTO t SELECT string_agg(md5(i::text), '') FROM generate_series(1, 999) i"], "rejected"),  # 54000
        (["SET TRANSACTION READ ONLY", "CREATE TABLE t (i int)"], "read_only"),  # 25006
        (["SET ROLE pg_monitor", "DELETE FROM sereno.calls"], "read_only"),  # 42501
        (["SELECT * FROM nowhere"], "other"),  # 42P01
        (["SELECT pg_terminate_backend(pg_backend_pid())"], "unreachable"),  # 57P01
    ],
)  # fmt: skip
def test_reasons(url: str, statements: list[str], reason: str) -> None:
    assert refused(url, *statements).reason == reason


def test_a_lock_that_another_holds(url: str) -> None:
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE sereno.calls")
        assert refused(url, "SET lock_timeout = 20", "LOCK TABLE sereno.calls").reason == "locked"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    assert refused(f"postgresql://postgres@127.0.0.1:{port}/x").reason == "unreachable"


def test_what_cannot_be_made_here(url: str) -> None:
    """A full disk, a damaged file (PostgreSQL 18, appendix A: 53100, 58030, XX001), a NUL that the driver refuses."""
    for kind, reason in ((errors.DiskFull, "disk_full"), (errors.IoError, "disk"), (errors.DataCorrupted, "corrupt")):
        assert trouble(kind()) == reason
    with pytest.raises(StoreError) as caught, told("here"), psycopg.connect(url) as connection:
        connection.execute("SELECT %s", ("\0",))
    assert caught.value.reason == "rejected"


def test_time_that_is_over_is_told_apart(url: str) -> None:
    error = refused(url, "SET statement_timeout = 10", "SELECT pg_sleep(30)")
    assert isinstance(error, StoreTimeoutError)


def test_a_row_is_not_told(url: str) -> None:
    create = "CREATE TEMP TABLE t (secret text CHECK (length(secret) < 3))"
    message = str(refused(url, create, "INSERT INTO t VALUES ('my password')"))
    assert "violates check constraint" in message
    assert "password" not in message

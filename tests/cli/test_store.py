"""`sereno store copy` both ways over a real PostgreSQL, what it refuses, and a server that dies in the middle."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from parts.postgres import Server, postgres
from sereno.errors import StoreError
from sereno.store.base import CallQuery
from sereno.store.copying import copy_store
from sereno.store.postgres import PostgresStore
from sereno.store.postgres.address import address
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, some_calls

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres(durable=True) as server:
        yield server


def filled(path: Path) -> SqliteStore:
    store = SqliteStore(path)
    store.add(a_batch(some_calls(300, seed=3)))
    return store


def test_there_and_back(sereno: Run, server: Server, tmp_path: Path) -> None:
    first = filled(tmp_path / "first.db")
    server.execute("CREATE DATABASE there")
    there = server.url("there")
    one = sereno("store", "copy", f"sqlite:{tmp_path / 'first.db'}", there, "--json")
    assert one.returncode == 0, one.stderr
    again = sereno("store", "copy", f"sqlite:{tmp_path / 'first.db'}", there)
    assert (again.returncode, "is not empty" in again.stderr, "--continue" in again.stderr) == (4, True, True)
    back = sereno("store", "copy", there, f"sqlite:{tmp_path / 'back.db'}", "--json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["tables"] == json.loads(one.stdout)["tables"]
    assert json.loads(one.stdout)["tables"]["calls"]["rows"] == 300
    second = SqliteStore(tmp_path / "back.db", read_only=True)
    assert list(second.export(CallQuery(internal=None))) == list(first.export(CallQuery(internal=None)))
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("source", "target", "status", "sentence"),
    [
        ("sqlite:none.db", "sqlite:to.db", 4, "there is no record at"),
        ("sqlite:garbage.db", "sqlite:to.db", 4, "is no SQLite database"),
        ("mysql://h/db", "sqlite:to.db", 2, "expected sqlite:PATH"),
        ("sqlite:first.db", "postgresql://ana:hunter2@127.0.0.1/db", 2, "holds a password"),
        ("sqlite:first.db", "postgresql://ana@127.0.0.1:1/db", 4, "does not answer"),
        ("sqlite:first.db", "sqlite:first.db", 2, "are the same store"),
    ],
)
def test_what_it_refuses(sereno: Run, tmp_path: Path, source: str, target: str, status: int, sentence: str) -> None:
    filled(tmp_path / "first.db").close()
    (tmp_path / "garbage.db").write_bytes(b"this is no database\n" * 100)
    done = sereno("store", "copy", *(url.replace("sqlite:", f"sqlite:{tmp_path}/") for url in (source, target)))
    assert (done.returncode, done.stdout) == (status, "")
    assert sentence in done.stderr
    assert "hunter2" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_target_that_dies_in_the_middle_is_whole_afterwards(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sereno.store.copying.ROWS_AT_ONCE", 40)
    server.execute("CREATE DATABASE dying")
    source, target = filled(tmp_path / "first.db"), PostgresStore(address(server.url("dying")))
    seen: list[str] = []

    def dies(table: str, _rows: int) -> None:
        seen.append(table)
        if seen.count("calls") == 3:
            server.stop(signal.SIGQUIT)  # as a crash

    with pytest.raises(StoreError, match=r"does not answer|was shut down|failed"):
        copy_store(source.tables(), target.tables(), dies)
    server.start()
    moved: list[int] = []
    copy_store(source.tables(), target.tables(), lambda name, n: moved.append(n * (name == "calls")), resume=True)
    assert sum(moved) == 300 - 3 * 40, "what was committed before is not moved again"
    assert list(target.export(CallQuery(internal=None))) == list(source.export(CallQuery(internal=None)))
    source.close()
    target.close()

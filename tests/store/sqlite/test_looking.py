"""A store that is only looked at: nothing is made or changed, also where nothing could be."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sereno.errors import StoreError, StoreNewerError
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from store.made import a_batch, some_calls

LOOK = """
import os, sys
import sereno.store.sqlite.store
from sereno.store.sqlite.migrate import migrations
migrations()  # Python and the package may lie where another user cannot read
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
try:
    store = SqliteStore(sys.argv[1], read_only="ro" in sys.argv)
    print(store.count(CallQuery(internal=None)), len(store.calls(CallQuery(internal=None)).calls))
    store.close()
except Exception as error:
    print(type(error).__name__, error)
"""


@pytest.fixture
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:  # not under pytest's, which nobody else may enter
        Path(folder).chmod(0o755)
        yield Path(folder) / "data" / "sereno.db"


@pytest.fixture
def kept(path: Path) -> Path:
    path.parent.mkdir()
    store = SqliteStore(path)
    store.add(a_batch(some_calls(30)))
    store.close()
    return path


def looked(path: Path, *words: str) -> str:
    """What a process that may not write there sees; as another user where the tests run as root."""
    path.parent.chmod(0o555)
    for file in path.parent.iterdir():
        file.chmod(0o444)
    try:
        return subprocess.run(
            [sys.executable, "-c", LOOK, str(path), *words], capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()
    finally:
        path.parent.chmod(0o755)


def files(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.parent.iterdir()}


def test_it_answers_and_leaves_the_file_as_it_was(kept: Path) -> None:
    before = kept.read_bytes()
    store = SqliteStore(kept, read_only=True)
    assert store.count(CallQuery(internal=None)) == 30
    store.check()
    assert store.sizes().calls == 30
    store.close()
    assert kept.read_bytes() == before


def test_it_sees_what_a_writer_commits_meanwhile(kept: Path) -> None:
    writer, looking = SqliteStore(kept), SqliteStore(kept, read_only=True)
    assert looking.count(CallQuery(internal=None)) == 30
    writer.add(a_batch(some_calls(40, seed=9)[30:], "second"))
    assert looking.count(CallQuery(internal=None)) == writer.count(CallQuery(internal=None)) > 30
    looking.close()
    writer.close()


def test_nothing_can_be_written_through_it(kept: Path) -> None:
    store = SqliteStore(kept, read_only=True)
    for write in (
        lambda: store.add(a_batch(some_calls(2), "new")),
        lambda: store.delete_calls(1e12, 10),
        lambda: store.claim_model_slots(["a"]),
        lambda: store.acquire_lease("x", "me", 0.0, 1.0),
    ):
        with pytest.raises(StoreError, match="opened for reading only"):
            write()
    store.close()


def test_a_backup_can_be_made_from_it(kept: Path, tmp_path: Path) -> None:
    store = SqliteStore(kept, read_only=True)
    store.backup(str(tmp_path / "copy.db"))
    store.close()
    copy = SqliteStore(tmp_path / "copy.db", read_only=True)
    assert copy.count(CallQuery(internal=None)) == 30
    copy.close()


def test_a_store_that_is_not_there_is_said_and_not_made(path: Path) -> None:
    path.parent.mkdir()
    with pytest.raises(StoreError, match="there is no record at"):
        SqliteStore(path, read_only=True)
    assert files(path) == {}


def test_an_older_schema_is_said_and_not_migrated(kept: Path) -> None:
    with sqlite3.connect(kept) as connection:
        newest = connection.execute("PRAGMA user_version").fetchone()[0]
        connection.execute(f"PRAGMA user_version = {newest - 1}")
    connection.close()
    with pytest.raises(StoreError, match=r"is empty|start its keeper once"):
        SqliteStore(kept, read_only=True)


def test_a_newer_schema_and_other_files_are_refused(kept: Path, tmp_path: Path) -> None:
    with sqlite3.connect(kept) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(StoreNewerError, match="upgrade Sereno"):
        SqliteStore(kept, read_only=True)
    (tmp_path / "notes.txt").write_bytes(b"dear diary, " * 200)
    with pytest.raises(StoreError, match="no SQLite database"):
        SqliteStore(tmp_path / "notes.txt", read_only=True)


def test_a_folder_that_cannot_be_written_is_read(kept: Path) -> None:
    assert looked(kept, "ro") == "30 30"
    assert set(files(kept)) == {"sereno.db"}


def test_to_write_there_is_refused_with_what_to_do(kept: Path) -> None:
    assert "StoreError" in (told := looked(kept))
    assert "check the file and its folder" in told


def test_commits_that_only_a_writer_could_merge_are_said(kept: Path) -> None:
    store = SqliteStore(kept)
    store.add(a_batch(some_calls(40, seed=9)[30:], "second"))
    crashed = kept.parent.parent / "crashed"
    crashed.mkdir()
    for name in ("sereno.db", "sereno.db-wal"):  # as a killed keeper leaves them, without -shm
        shutil.copy(kept.with_name(name), crashed / name)
    store.close()
    told = looked(crashed / "sereno.db", "ro")
    assert told.startswith("StoreError")
    assert "commits in sereno.db-wal" in told

"""A store that is locked, read-only, corrupt or newer: the gateway goes on, and nothing is lost once it is well."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

StartSereno = Callable[..., Any]
StartLoad = Callable[..., Any]
Reconcile = Callable[..., list[str]]
WaitFor = Callable[..., Any]


def test_locked(start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile, wait_for: WaitFor) -> None:
    sereno = start_sereno()
    load = start_load(sereno.port, pause=0.02)
    wait_for(lambda: sereno.metric("sereno_calls_ingested_total") > 0, "a first call in the store")
    with sqlite3.connect(sereno.data / "sereno.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        wait_for(lambda: sereno.metric("sereno_ingest_errors_total", reason="locked") > 0, "a refusal")
        other.execute("ROLLBACK")
    other.close()
    load.stop()
    assert load.broken == set()
    assert reconcile(sereno, [load], []) == []
    assert len(sereno.messages()) == len(load.completed)


def test_read_only(
    start_sereno: StartSereno,
    start_load: StartLoad,
    reconcile: Reconcile,
    wait_for: WaitFor,
    small_disk: Callable[[str], Path],
) -> None:
    disk = small_disk("64m")
    sereno = start_sereno("--set", f"store.url=sqlite:{disk / 'sereno.db'}")
    load = start_load(sereno.port, pause=0.02)
    wait_for(lambda: sereno.metric("sereno_calls_ingested_total") > 0, "a first call in the store")
    # A bind mount that is read-only hides the folder for whoever opens it anew: the keeper that is started again.
    subprocess.run(["mount", "--bind", str(disk), str(disk)], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
    try:
        sereno.kill("keeper")
        wait_for(lambda: "cannot be opened for writing" in sereno.log.read_text(), "a refusal")
        during = len(load.completed)
        wait_for(lambda: len(load.completed) > during + 20, "calls meanwhile")
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    load.stop()
    assert load.broken == set()
    sereno.wait_ready()
    assert reconcile(sereno, [load], []) == []
    assert len(sereno.messages()) == len(load.completed)


def garbage(path: Path) -> None:
    path.write_bytes(b"this is no database, whatever its name says\n" * 1000)


def newer(path: Path) -> None:
    with sqlite3.connect(path) as store:
        store.execute("PRAGMA user_version = 9999")
    store.close()


@pytest.mark.parametrize(("hurt", "sentence"), [(garbage, "sereno.db"), (newer, "newer")], ids=["corrupt", "newer"])
def test_corrupt_and_newer(
    start_sereno: StartSereno,
    start_load: StartLoad,
    reconcile: Reconcile,
    wait_for: WaitFor,
    tmp_path: Path,
    hurt: Callable[[Path], None],
    sentence: str,
) -> None:
    first = start_sereno()
    before = start_load(first.port)
    wait_for(lambda: len(before.completed) > 10, "some calls")
    before.stop()
    first.wait_ingested()
    assert first.stop() == 0
    store = first.data / "sereno.db"
    well = tmp_path / "well.db"
    shutil.copy(store, well)
    hurt(store)
    size_hurt = store.stat().st_size

    second = start_sereno(data=first.data, keeper=False)
    during = start_load(second.port)
    wait_for(lambda: len(during.completed) > 10, "calls while the store is unusable")
    wait_for(lambda: "keeper ended with status 4" in second.log.read_text(), "a keeper that says so")
    time.sleep(0.3)
    during.stop()
    assert during.broken == set()
    said = second.log.read_text()
    assert sentence in said
    assert "Traceback" not in said
    assert store.stat().st_size == size_hurt, "a store that cannot be read is left as it is"
    second.stop()

    for leftover in first.data.glob("sereno.db*"):
        leftover.unlink()
    shutil.copy(well, store)
    third = start_sereno(data=first.data)
    assert reconcile(third, [before, during], []) == []
    assert len(third.messages()) == len(before.completed) + len(during.completed)

"""A full disk under the journal, and under the store: clients notice nothing, and what is lost is counted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

StartSereno = Callable[..., Any]
StartLoad = Callable[..., Any]
Reconcile = Callable[..., list[str]]
WaitFor = Callable[..., Any]


def test_under_everything(
    start_sereno: StartSereno,
    start_load: StartLoad,
    reconcile: Reconcile,
    wait_for: WaitFor,
    small_disk: Callable[[str], Path],
) -> None:
    disk = small_disk("64m")
    sereno = start_sereno(data=disk / "data")
    load = start_load(sereno.port, padding=20_000)
    wait_for(lambda: len(load.completed) > 20, "some calls")
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        try:
            while True:
                file.write(bytes(65536))
                file.flush()
        except OSError:
            pass
    wait_for(lambda: sereno.metric("sereno_gateway_dropped_records_total", reason="disk") > 20, "drops")
    assert len(load.completed) > 20
    ballast.unlink()
    before = sereno.dropped()
    time.sleep(1.5)
    load.stop()
    assert load.broken == set(), "a full disk reached a client"
    assert reconcile(sereno, [load], []) == []
    assert len(load.completed) == len(sereno.messages()) + sereno.dropped(), "stored or counted, each"
    assert sereno.dropped() >= before


def test_under_the_store(
    start_sereno: StartSereno,
    start_load: StartLoad,
    reconcile: Reconcile,
    wait_for: WaitFor,
    small_disk: Callable[[str], Path],
) -> None:
    disk = small_disk("3m")
    sereno = start_sereno("--set", f"store.url=sqlite:{disk / 'sereno.db'}")
    load = start_load(sereno.port, padding=5_000)
    (disk / "ballast").write_bytes(bytes(1_500_000))
    wait_for(lambda: sereno.metric("sereno_ingest_errors_total") > 0, "a store that refuses")
    at_failure = len(load.completed)
    wait_for(lambda: len(load.completed) > at_failure + 20, "calls while the store is full")
    subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
    load.stop()
    assert load.broken == set()
    assert reconcile(sereno, [load], []) == []
    assert len(sereno.messages()) == len(load.completed)
    assert sereno.dropped() == 0


def test_a_journal_at_its_budget_drops_and_counts_and_goes_on(
    start_sereno: StartSereno, start_load: StartLoad, reconcile: Reconcile, wait_for: WaitFor, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    budget = 2_000_000
    sereno = start_sereno("--set", f"journal.max_bytes={budget}", "--set", "journal.segment_bytes=200000")
    load = start_load(sereno.port, padding=20_000)
    journal = sereno.data / "journal"
    pid = sereno.pids("keeper")[0]
    os.kill(pid, signal.SIGSTOP)  # a keeper that hangs, not one that ends
    try:
        status = sereno.data / "run" / "worker-0.status"
        from sereno.journal.status import read_status

        wait_for(lambda: read_status(status).counters["dropped.budget"] > 20, "drops")
        assert sum(path.stat().st_size for path in journal.rglob("*") if path.is_file()) <= budget
    finally:
        os.kill(pid, signal.SIGCONT)
    stored = read_status(status).counters["records"]
    wait_for(lambda: read_status(status).counters["records"] > stored + 20, "records again")
    load.stop()
    assert load.broken == set()
    assert reconcile(sereno, [load], []) == []
    assert len(load.completed) == len(sereno.messages()) + sereno.dropped()

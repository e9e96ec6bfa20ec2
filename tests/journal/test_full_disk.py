"""A disk that is really full: a tmpfs of one MiB under the journal."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sereno.calls import Exchange
from sereno.journal.instance import prepare_data
from sereno.journal.reader import JournalReader
from sereno.journal.status import StatusFile
from sereno.journal.tail import Problem
from sereno.journal.writer import JournalWriter


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small tmpfs needs Linux and root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "sereno-test", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a small tmpfs cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_drops_counts_and_goes_on_later(
    small_disk: Path, make_exchange: Callable[..., Exchange], read_all: Callable[..., tuple[list[int], list[Problem]]]
) -> None:
    data = small_disk / "data"
    ballast = small_disk / "ballast"
    writer = JournalWriter(
        data / "journal", prepare_data(data), 0, budget_bytes=1 << 30, segment_bytes=1 << 18, queue_bytes=1 << 26,
        flush_seconds=0.001,
    )  # fmt: skip
    try:
        ballast.write_bytes(bytes(300_000))
        handed = 0
        longest = 0.0
        while writer.dropped["disk"] < 50:
            began = time.perf_counter()
            writer.append(make_exchange(handed, os.urandom(20_000)))
            longest = max(longest, time.perf_counter() - began)
            handed += 1
            time.sleep(0.0005)
        while writer.queued_bytes:
            time.sleep(0.001)
        kept = writer.records
        assert 20 < kept < 40
        assert kept + writer.dropped["disk"] == handed
        reader = JournalReader(data / "journal")
        assert read_all(reader) == (list(range(kept)), [])
        ballast.unlink()
        deadline = time.monotonic() + 30
        while not writer.append(make_exchange(100_000)):
            time.sleep(0.01)
            assert time.monotonic() < deadline
        while writer.records == kept:
            time.sleep(0.001)
            assert time.monotonic() < deadline
        assert read_all(reader) == ([*range(kept), 100_000], [])
    finally:
        writer.close()


def test_the_status_file_is_whole_or_in_memory(small_disk: Path) -> None:
    """A write to a hole of a mapped file on a full disk is SIGBUS: the file is allocated before, or not mapped."""
    (small_disk / "ballast").write_bytes(bytes(800_000))
    status = StatusFile(small_disk / "worker-0.status", 0)
    assert not status.persistent
    for number in range(5000):
        status.open_call(number.to_bytes(16, "big"), number)
    assert status.get("open_calls") == 5000
    status.close()

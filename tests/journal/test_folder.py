"""Names and locks of a worker's folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sereno.errors import JournalError
from sereno.journal.folder import (
    WorkerLock,
    folder_bytes,
    is_locked,
    list_segments,
    list_workers,
    sealed_below,
    segment_path,
    worker_folder,
)


def test_segments_are_listed_by_number_and_other_files_are_not(tmp_path: Path) -> None:
    for sequence in (10**13, 2, 10):  # a number longer than its zeros still sorts by value
        segment_path(tmp_path, sequence).write_bytes(b"x" * 3)
    for name in ("000000000004.new", "x.seg", "lock", "000000000005.seg.bak", "٣.seg", "6.quarantine"):
        (tmp_path / name).touch()
    assert [(found.sequence, found.size) for found in list_segments(tmp_path)] == [(2, 3), (10, 3), (10**13, 3)]
    assert folder_bytes(tmp_path) == 9


def test_workers_are_listed_by_number(tmp_path: Path) -> None:
    for name in ("w10", "w2", "wx", "w", "x3", "w٣"):
        (tmp_path / name).mkdir()
    assert list_workers(tmp_path) == [2, 10]
    assert worker_folder(tmp_path, 2).name == "w2"


def test_what_does_not_exist_is_empty(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert list_segments(nowhere) == []
    assert list_workers(nowhere) == []
    assert folder_bytes(nowhere) == 0
    assert not is_locked(nowhere / "lock")
    assert sealed_below(nowhere) is None


def test_a_lock_says_what_is_sealed_while_its_writer_lives(tmp_path: Path) -> None:
    lock = WorkerLock(tmp_path)
    assert lock.last_made == 0
    lock.note(8, 7)
    assert sealed_below(tmp_path) == 8
    with pytest.raises(JournalError, match=rf"pid {os.getpid()}\): stop it, or give this one another --data"):
        WorkerLock(tmp_path, patience=0.0)
    lock.close()
    assert sealed_below(tmp_path) is None, "without a writer everything is"
    after = WorkerLock(tmp_path)
    assert after.last_made == 7
    after.close()


@pytest.mark.parametrize("content", [b"", b"1 2", b"a b c", b"\0" * 53, b"-1 -2 -3"])
def test_a_damaged_lock_file_seals_nothing_and_knows_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "lock").write_bytes(content)
    lock = WorkerLock(tmp_path)
    assert lock.last_made == 0
    assert sealed_below(tmp_path) == 0
    lock.close()

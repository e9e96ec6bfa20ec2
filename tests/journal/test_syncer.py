"""Syncing happens behind the writer's back, once a second at most, and every finished segment is closed."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import pytest

from sereno.journal.syncer import Syncer


class Noted:
    """Stands for fdatasync and notes what was synced."""

    def __init__(self) -> None:
        self.fds: list[int] = []
        self.happened = threading.Event()
        self.error: OSError | None = None

    def __call__(self, fd: int) -> None:
        self.fds.append(fd)
        self.happened.set()
        if self.error is not None:
            raise self.error


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> Noted:
    noted = Noted()
    monkeypatch.setattr("sereno.journal.syncer._datasync", noted)
    return noted


def opened(path: Path) -> int:
    return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def test_a_dirty_segment_is_synced_in_the_background(tmp_path: Path, synced: Noted) -> None:
    syncer = Syncer(0.01)
    fd = opened(tmp_path / "a")
    syncer.dirty(fd, tmp_path)
    assert synced.happened.wait(10)
    syncer.retire(fd)
    syncer.close()
    assert set(synced.fds) == {fd}


def test_a_finished_segment_is_synced_then_closed_also_at_the_end(tmp_path: Path, synced: Noted) -> None:
    syncer = Syncer(3600.0)
    fds = [opened(tmp_path / name) for name in "ab"]
    for fd in fds:
        syncer.dirty(fd, None)
        syncer.retire(fd)
    syncer.close()
    assert synced.fds[-2:] == fds
    for fd in fds:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(fd)


def test_sync_now_covers_finished_segments_the_open_one_and_the_folder(tmp_path: Path, synced: Noted) -> None:
    syncer = Syncer(3600.0)
    finished, fd = opened(tmp_path / "a"), opened(tmp_path / "b")
    syncer.retire(finished)
    assert syncer.sync_now(fd, tmp_path)
    assert synced.fds == [finished, fd]
    assert not syncer.sync_now(fd, tmp_path / "nowhere")
    synced.error = OSError(errno.EIO, "Input/output error")
    assert not syncer.sync_now(fd, None)
    assert syncer.errors == 2
    syncer.retire(fd)
    syncer.close()

"""Names in the journal's folder, and the lock that gives a worker's folder one writer.

`DATA/journal/w{worker}/` holds `{sequence:012d}.seg` and `lock`. The lock file is locked by `flock` while a writer
lives and holds three numbers: the writer's pid, the lowest sequence that may still be written to, and the last one
made. Segments below the second, and all segments of a folder without a living writer, are sealed: they never change
again.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sereno.errors import JournalError

SUFFIX = ".seg"
NEW_SUFFIX = ".new"
LOCK_NAME = "lock"
_LOCK_BYTES = 64


class SegmentFile(NamedTuple):
    """One segment on disk."""

    sequence: int
    path: Path
    size: int


def worker_folder(journal: Path, worker: int) -> Path:
    """The folder of one worker's segments."""
    return journal / f"w{worker}"


def segment_path(folder: Path, sequence: int) -> Path:
    """The file of a segment in a worker's folder."""
    return folder / f"{sequence:012d}{SUFFIX}"


def list_workers(journal: Path) -> list[int]:
    """Numbers of the workers that ever wrote here, ascending."""
    try:
        names = [path.name for path in journal.iterdir()]
    except FileNotFoundError:
        return []
    return sorted(int(name[1:]) for name in names if name[:1] == "w" and name[1:].isascii() and name[1:].isdecimal())


def list_segments(folder: Path) -> list[SegmentFile]:
    """The segments of a worker's folder by sequence; one that is deleted meanwhile is left out."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                stem, dot, suffix = entry.name.partition(".")
                if dot + suffix != SUFFIX or not (stem.isascii() and stem.isdecimal()):
                    continue
                try:
                    found.append(SegmentFile(int(stem), Path(entry.path), entry.stat().st_size))
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return []
    return sorted(found)


def folder_bytes(folder: Path) -> int:
    """Bytes of everything in a worker's folder: what counts against its budget."""
    total = 0
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                try:
                    total += entry.stat().st_size
                except FileNotFoundError:
                    continue
    except FileNotFoundError:
        return 0
    return total


def sync_folder(folder: Path) -> None:
    """Make creations and deletions in a folder last through a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


class WorkerLock:
    """The writer's side of a worker's lock file, held until `close` or the process's end.

    Raises:
        JournalError: another process writes this worker's journal.
    """

    def __init__(self, folder: Path, *, patience: float = 1.0) -> None:
        self.path = folder / LOCK_NAME
        self.fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                # A reader that asks whether we live holds it for microseconds; a writer for good.
                if time.monotonic() >= deadline:
                    pid = _read_lock(self.fd)[0]
                    os.close(self.fd)
                    raise JournalError(
                        f"{folder} is being written by another gateway (pid {pid or 'unknown'}): "
                        "stop it, or give this one another --data folder or worker number"
                    ) from None
                time.sleep(0.01)
        self.last_made = _read_lock(self.fd)[2]

    def note(self, lowest_open: int, last_made: int) -> None:
        """Write down the lowest sequence that may still be written to (all below are sealed) and the last one made."""
        os.pwrite(self.fd, b"%-10d %-20d %-20d\n" % (os.getpid(), lowest_open, last_made), 0)

    def close(self) -> None:
        """Let go of the folder."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def _read_lock(fd: int) -> tuple[int, int, int]:
    fields = os.pread(fd, _LOCK_BYTES, 0).split()
    if len(fields) == 3 and all(field.isdigit() for field in fields):
        return int(fields[0]), int(fields[1]), int(fields[2])
    return 0, 0, 0


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield fd
    finally:
        os.close(fd)


def is_locked(path: Path) -> bool:
    """Whether a living process holds the exclusive lock on a file; False if there is no such file."""
    try:
        with _opened(path) as fd:
            try:
                fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
            return False
    except FileNotFoundError:
        return False


def sealed_below(folder: Path) -> int | None:
    """Segments of a lower sequence never change again; None when that is true of all of them."""
    path = folder / LOCK_NAME
    if not is_locked(path):
        return None
    try:
        with _opened(path) as fd:
            return _read_lock(fd)[1]
    except FileNotFoundError:
        return None

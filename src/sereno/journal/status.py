"""The status file of a worker, its own side; `status_layout` says how it lies on disk, `status_reader` reads it."""

from __future__ import annotations

import fcntl
import mmap
import os
import time
from pathlib import Path
from zlib import crc32

from sereno.errors import JournalError
from sereno.journal.status_layout import (
    CHECKED,
    COUNTERS,
    DROP_REASONS,
    FILE_BYTES,
    GAUGES,
    MAGIC,
    MODEL_BYTES,
    PAGE_BYTES,
    REJECT_REASONS,
    SLOT,
    SLOT_BYTES,
    SLOTS,
    USED_WORD,
    VERSION,
    WORD,
)
from sereno.journal.status_reader import OpenCall, WorkerStatus, read_run, read_status

__all__ = [
    "COUNTERS",
    "DROP_REASONS",
    "REJECT_REASONS",
    "OpenCall",
    "StatusFile",
    "WorkerStatus",
    "read_run",
    "read_status",
]


class StatusFile:
    """A worker's own side. The slots and each counter belong to one thread; different counters to any.

    Args:
        path: the status file, made if it is not there.
        worker: the worker's number.

    Raises:
        JournalError: another living process writes this file.
    """

    def __init__(self, path: Path, worker: int) -> None:
        self.path = path
        self._fd, self._map = _open_map(path)
        self.persistent = self._fd >= 0
        self._words = memoryview(self._map).cast("Q")
        words = self._words
        if words[0] != MAGIC or words[1] != VERSION:
            self._map[:PAGE_BYTES] = bytes(PAGE_BYTES)
        for slot in range(min(words[USED_WORD], SLOTS)):
            self._map[PAGE_BYTES + slot * SLOT_BYTES : PAGE_BYTES + (slot + 1) * SLOT_BYTES] = bytes(SLOT_BYTES)
        words[USED_WORD] = 0
        for name in GAUGES:
            words[WORD[name]] = 0
        words[2], words[1], words[0] = worker, VERSION, MAGIC
        words[WORD["pid"]] = os.getpid()
        words[WORD["started_ns"]] = words[WORD["heartbeat_ns"]] = time.time_ns()
        self._free = list(range(SLOTS - 1, -1, -1))
        self._used = 0

    def add(self, name: str, amount: int = 1) -> None:
        """Add to a counter."""
        self._words[WORD[name]] += amount

    def set(self, name: str, value: int) -> None:
        """Set a gauge."""
        self._words[WORD[name]] = value

    def get(self, name: str) -> int:
        """The value of a gauge or counter."""
        return self._words[WORD[name]]

    def reject(self, reason: str) -> None:
        """Count a request refused before it was forwarded; a reason not in `REJECT_REASONS` counts as `other`."""
        self._words[WORD.get(f"rejected.{reason}", WORD["rejected.other"])] += 1

    def open_call(self, call_id: bytes, started_ns: int) -> int:
        """Note a call that began; returns its slot, -1 when none is free (it is then only counted)."""
        self._words[WORD["open_calls"]] += 1
        if not self._free:
            return -1
        slot = self._free.pop()
        if slot >= self._used:
            self._used = self._words[USED_WORD] = slot + 1
        base = PAGE_BYTES + slot * SLOT_BYTES
        word = base >> 3
        words = self._words
        sequence = words[word] + 1
        words[word] = sequence
        SLOT.pack_into(
            self._map, base, sequence, crc32(CHECKED.pack(started_ns, call_id, 0)), started_ns, 0, call_id, 0, 1, b""
        )
        words[word] = sequence + 1
        return slot

    def set_model(self, slot: int, model: bytes) -> None:
        """Note the model of an open call, cut to 128 bytes."""
        if slot < 0:
            return
        model = model[:MODEL_BYTES]
        base = PAGE_BYTES + slot * SLOT_BYTES
        word = base >> 3
        words = self._words
        sequence = words[word] + 1
        _, _, started_ns, size, call_id, _, _, _ = SLOT.unpack_from(self._map, base)
        words[word] = sequence
        crc = crc32(model, crc32(CHECKED.pack(started_ns, call_id, len(model))))
        SLOT.pack_into(self._map, base, sequence, crc, started_ns, size, call_id, len(model), 1, model)
        words[word] = sequence + 1

    def add_bytes(self, slot: int, amount: int) -> None:
        """Add answered bytes to an open call."""
        if slot >= 0:
            self._words[((PAGE_BYTES + slot * SLOT_BYTES) >> 3) + 3] += amount

    def close_call(self, slot: int) -> None:
        """Note that a call ended; its slot is free again."""
        self._words[WORD["open_calls"]] -= 1
        if slot < 0:
            return
        word = (PAGE_BYTES + slot * SLOT_BYTES) >> 3
        words = self._words
        sequence = words[word]
        words[word] = sequence + 1
        words[word + 7] = 0
        words[word] = sequence + 2
        self._free.append(slot)

    def beat(self, now_ns: int, rss: int) -> None:
        """Say that the worker lives: wall time and resident bytes. Meant for once a second."""
        self._words[WORD["heartbeat_ns"]] = now_ns
        self._words[WORD["rss"]] = rss

    def close(self) -> None:
        """Let go of the file; its counters stay."""
        self._words.release()
        self._map.close()
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _open_map(path: Path) -> tuple[int, mmap.mmap]:
    """The file's descriptor (locked) and map; (-1, memory) where the disk does not give the space."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return -1, mmap.mmap(-1, FILE_BYTES)
    deadline = time.monotonic() + 1.0
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            if time.monotonic() >= deadline:
                os.close(fd)
                raise JournalError(
                    f"{path} belongs to another gateway that is running: "
                    "stop it, or give this one another --data folder or worker number"
                ) from None
            time.sleep(0.01)
    try:
        os.posix_fallocate(fd, 0, FILE_BYTES)
        return fd, mmap.mmap(fd, FILE_BYTES)
    except (OSError, AttributeError):  # disk full; a system without posix_fallocate writes the zeros
        try:
            size = os.fstat(fd).st_size
            while size < FILE_BYTES:
                size += os.pwrite(fd, bytes(min(65536, FILE_BYTES - size)), size)
            return fd, mmap.mmap(fd, FILE_BYTES)
        except OSError:
            os.close(fd)
            return -1, mmap.mmap(-1, FILE_BYTES)

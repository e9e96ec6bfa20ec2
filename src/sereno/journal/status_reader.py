"""What the keeper sees of the workers: their status files, read while they are written."""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

import msgspec

from sereno.errors import JournalError
from sereno.journal.folder import is_locked
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


class OpenCall(msgspec.Struct, frozen=True):
    """A call that runs now.

    Attributes:
        id: 16 bytes, UUIDv7.
        started_ns: wall time of its start.
        model: the model asked for, as sent; None while unknown.
        bytes: answered so far.
        worker: the worker that forwards it.
    """

    id: bytes
    started_ns: int
    model: str | None
    bytes: int
    worker: int


class WorkerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker's status file says.

    Attributes:
        worker: its number.
        alive: whether its process holds the file. A dead worker's gauges are 0 and it has no open calls.
        pid, started_ns, heartbeat_ns, rss, connections, capture_bytes: of this life; `rss` in bytes.
        open_calls: number of calls running now; may exceed `len(open)` when there were more than slots.
        open: the calls running now, oldest first.
        counters: value by name in `COUNTERS`.
    """

    worker: int
    alive: bool
    pid: int
    started_ns: int
    heartbeat_ns: int
    rss: int
    connections: int
    capture_bytes: int
    open_calls: int
    open: tuple[OpenCall, ...]
    counters: Mapping[str, int]

    def dropped(self) -> Mapping[str, int]:
        """Records lost, by reason."""
        return {reason: self.counters[f"dropped.{reason}"] for reason in DROP_REASONS}

    def rejected(self) -> Mapping[str, int]:
        """Requests refused, by reason."""
        return {reason: self.counters[f"rejected.{reason}"] for reason in REJECT_REASONS}


def read_status(path: Path) -> WorkerStatus:
    """What a worker's status file says now, also while the worker writes it.

    Raises:
        JournalError: it is no status file of this version.
        FileNotFoundError: there is none.
    """
    alive = is_locked(path)
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        size = os.fstat(fd).st_size
        if size < FILE_BYTES:
            raise JournalError(f"{path} has {size} of {FILE_BYTES} bytes: restart the gateway, it makes it anew")
        mapped = mmap.mmap(fd, FILE_BYTES, access=mmap.ACCESS_READ)
    finally:
        os.close(fd)
    with mapped, memoryview(mapped) as view, view.cast("Q") as words:
        if words[0] != MAGIC:
            raise JournalError(f"{path} is no status file: restart the gateway, it makes it anew")
        if words[1] != VERSION:
            raise JournalError(
                f"{path} has version {words[1]}, expected {VERSION}: run gateway and keeper of one version"
            )
        worker = words[2]
        gauges = {name: words[WORD[name]] if alive else 0 for name in GAUGES}
        calls: list[OpenCall] = []
        if alive:
            for slot in range(min(words[USED_WORD], SLOTS)):
                call = _read_slot(view, words, slot, worker)
                if call is not None:
                    calls.append(call)
        calls.sort(key=lambda call: call.started_ns)
        counters = {name: words[WORD[name]] for name in COUNTERS}
    return WorkerStatus(worker=worker, alive=alive, open=tuple(calls), counters=counters, **gauges)


def _read_slot(view: memoryview, words: memoryview, slot: int, worker: int) -> OpenCall | None:
    base = PAGE_BYTES + slot * SLOT_BYTES
    word = base >> 3
    for _ in range(100):
        sequence = words[word]
        if sequence & 1:
            continue
        copy = bytes(view[base : base + SLOT_BYTES])
        if words[word] != sequence:
            continue
        _, crc, started_ns, size, call_id, length, opened, model = SLOT.unpack(copy)
        if not opened:
            return None
        model = model[: min(length, MODEL_BYTES)]
        if crc32(model, crc32(CHECKED.pack(started_ns, call_id, length))) != crc:
            continue
        return OpenCall(call_id, started_ns, model.decode("utf-8", "replace") if length else None, size, worker)
    return None  # it changes all the time, or its worker was killed while changing it


def read_run(run: Path) -> tuple[list[WorkerStatus], list[str]]:
    """The status of every worker that ever had a file in DATA/run, and what was wrong with unreadable files."""
    found, wrong = [], []
    for path in sorted(run.glob("worker-*.status")):
        try:
            found.append(read_status(path))
        except FileNotFoundError:
            continue
        except (JournalError, OSError) as error:
            wrong.append(str(error))
    return sorted(found, key=lambda status: status.worker), wrong

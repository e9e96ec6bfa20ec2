"""The status file of a worker: what runs now, and what was counted, shared with the keeper through memory.

`DATA/run/worker-{N}.status` is one page of 64-bit words (native order) and a table of slots, one an open call:

    word 0 magic · 1 version · 2 worker · 3 slots ever used at once · from 8 `GAUGES` · from 32 `COUNTERS`
    slot   word 0 sequence · 1 CRC-32 · 2 started_ns · 3 bytes · 4–5 id · 6 model's length · 7 open · 8–23 model

Every word is stored at once (aligned 8 bytes), so a counter is never torn. A slot's sequence is odd while it is being
changed; a reader that saw it odd, or changing, reads again, and the CRC says whether what it saw belongs together.
Counters go on where the worker's earlier life left them. The file is allocated whole before it is mapped, because
a write to a hole on a full disk would kill the process; where that fails the status lives in memory only.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from zlib import crc32

import msgspec

from sereno.errors import JournalError
from sereno.journal.folder import is_locked

MAGIC = int.from_bytes(b"SRNOSTA1", "little")
VERSION = 1
REJECT_REASONS = (
    "bad_request",  # 400: what was sent is not HTTP, or its framing is ambiguous
    "host",  # 403: the Host header is neither a loopback name nor allowed
    "unauthorized",  # 401, 403: no key, or one without the scope
    "rate_limit",  # 429: the key's requests per minute are used up
    "body_too_large",  # 413
    "uri_too_long",  # 414
    "head_too_large",  # 431
    "slow_head",  # 408
    "connection_limit",  # the maximum of client connections was open
    "upgrade",  # 501: Upgrade and CONNECT are refused
    "keeper_down",  # 503: a path of ours, and the keeper does not answer
    "other",
)
DROP_REASONS = ("budget", "queue", "disk", "encode")
GAUGES = ("pid", "started_ns", "heartbeat_ns", "rss", "connections", "capture_bytes", "open_calls")
"""Fields that begin at 0 in each life of a worker. `open_calls` counts also those for which no slot was free."""
COUNTERS = (
    "requests",
    "bytes_in",
    "bytes_out",
    "upstream_errors",
    "records",
    "strict_timeouts",
    *(f"dropped.{reason}" for reason in DROP_REASONS),
    *(f"rejected.{reason}" for reason in REJECT_REASONS),
)
"""Fields that only grow, also over restarts. New ones go at the end."""

_FIRST_GAUGE = 8
_FIRST_COUNTER = 32
WORD = {
    **{name: _FIRST_GAUGE + i for i, name in enumerate(GAUGES)},
    **{name: _FIRST_COUNTER + i for i, name in enumerate(COUNTERS)},
}
"""Word of each field in the first page."""
_USED = 3
_PAGE = 4096
SLOTS = 4096
SLOT_BYTES = 192
_SLOT_WORDS = SLOT_BYTES // 8
MODEL_BYTES = 128
FILE_BYTES = _PAGE + SLOTS * SLOT_BYTES
_SLOT = struct.Struct("=QQQQ16sQQ128s")
_CHECKED = struct.Struct("=Q16sQ")


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
            self._map[:_PAGE] = bytes(_PAGE)
        for slot in range(min(words[_USED], SLOTS)):
            self._map[_PAGE + slot * SLOT_BYTES : _PAGE + (slot + 1) * SLOT_BYTES] = bytes(SLOT_BYTES)
        words[_USED] = 0
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
            self._used = self._words[_USED] = slot + 1
        base = _PAGE + slot * SLOT_BYTES
        word = base >> 3
        words = self._words
        sequence = words[word] + 1
        words[word] = sequence
        _SLOT.pack_into(
            self._map, base, sequence, crc32(_CHECKED.pack(started_ns, call_id, 0)), started_ns, 0, call_id, 0, 1, b""
        )
        words[word] = sequence + 1
        return slot

    def set_model(self, slot: int, model: bytes) -> None:
        """Note the model of an open call, cut to 128 bytes."""
        if slot < 0:
            return
        model = model[:MODEL_BYTES]
        base = _PAGE + slot * SLOT_BYTES
        word = base >> 3
        words = self._words
        sequence = words[word] + 1
        _, _, started_ns, size, call_id, _, _, _ = _SLOT.unpack_from(self._map, base)
        words[word] = sequence
        crc = crc32(model, crc32(_CHECKED.pack(started_ns, call_id, len(model))))
        _SLOT.pack_into(self._map, base, sequence, crc, started_ns, size, call_id, len(model), 1, model)
        words[word] = sequence + 1

    def add_bytes(self, slot: int, amount: int) -> None:
        """Add answered bytes to an open call."""
        if slot >= 0:
            self._words[((_PAGE + slot * SLOT_BYTES) >> 3) + 3] += amount

    def close_call(self, slot: int) -> None:
        """Note that a call ended; its slot is free again."""
        self._words[WORD["open_calls"]] -= 1
        if slot < 0:
            return
        word = (_PAGE + slot * SLOT_BYTES) >> 3
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
            for slot in range(min(words[_USED], SLOTS)):
                call = _read_slot(view, words, slot, worker)
                if call is not None:
                    calls.append(call)
        calls.sort(key=lambda call: call.started_ns)
        counters = {name: words[WORD[name]] for name in COUNTERS}
    return WorkerStatus(worker=worker, alive=alive, open=tuple(calls), counters=counters, **gauges)


def _read_slot(view: memoryview, words: memoryview, slot: int, worker: int) -> OpenCall | None:
    base = _PAGE + slot * SLOT_BYTES
    word = base >> 3
    for _ in range(100):
        sequence = words[word]
        if sequence & 1:
            continue
        copy = bytes(view[base : base + SLOT_BYTES])
        if words[word] != sequence:
            continue
        _, crc, started_ns, size, call_id, length, opened, model = _SLOT.unpack(copy)
        if not opened:
            return None
        model = model[: min(length, MODEL_BYTES)]
        if crc32(model, crc32(_CHECKED.pack(started_ns, call_id, length))) != crc:
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

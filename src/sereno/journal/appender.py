"""Appends frames to segments: sizes, rotation, the byte budget, a full disk. One thread, no waiting, no queue."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sereno.journal import folder as names
from sereno.journal.segment import HEAD_BYTES, HEADER_BYTES, VERSION, SegmentHeader, encode_header, frame_head

_IOV = 512
"""Frames a writev: two buffers each, IOV_MAX is 1024."""


class SegmentAppender:
    """The files of one worker's journal.

    Args:
        journal: DATA/journal.
        instance: UUID text of the DATA folder.
        worker: the worker's number.
        budget_bytes: what the worker's folder may take on disk; never exceeded.
        segment_bytes: size at which the next segment begins, at most a quarter of the budget.
        retire: takes the descriptor of a finished segment, to sync and close it.
        writev: `os.writev`, or a double that fails.

    Raises:
        JournalError: another process writes this worker's journal.
        OSError: the folder cannot be made or read.
    """

    def __init__(
        self,
        journal: Path,
        instance: str,
        worker: int,
        *,
        budget_bytes: int,
        segment_bytes: int,
        retire: Callable[[int], None],
        writev: Callable[[int, Sequence[bytes]], int] = os.writev,
    ) -> None:
        self.folder = names.worker_folder(journal, worker)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._instance, self._worker = instance, worker
        self._budget = budget_bytes
        self._segment_bytes = max(min(segment_bytes, budget_bytes // 4), HEADER_BYTES + 1)
        self._retire, self._writev = retire, writev
        self._lock = names.WorkerLock(self.folder)
        for stale in self.folder.glob(f"*{names.NEW_SUFFIX}"):
            stale.unlink(missing_ok=True)
        existing = names.list_segments(self.folder)
        self._last = max(existing[-1].sequence if existing else 0, self._lock.last_made)
        # A number that the store already passed must never be used again, also when the folder was emptied by hand or
        # a power cut took its last entries: so each life of a writer begins at the time of day, or later.
        self._next = max(self._last + 1, int(time.time()))
        self.fd = -1
        self.offset = 0
        self._salt = 0
        self._others = 0
        self._measured = False
        self.folder_changed = True
        try:
            self._lock.note(self._next, self._last)
            self.measure()
        except OSError:
            self._lock.close()
            raise

    @property
    def bytes_on_disk(self) -> int:
        """Bytes that the worker's folder takes, as last measured plus what was written since."""
        return self._others + self.offset

    @property
    def sequence(self) -> int:
        """Number of the segment that is open, or will be opened next."""
        return self._next - 1 if self.fd >= 0 else self._next

    def measure(self) -> None:
        """Look at the folder: what the keeper deleted no longer counts."""
        self._others = max(0, names.folder_bytes(self.folder) - self.offset)

    def append(self, payloads: Sequence[bytes]) -> list[str | None]:
        """Write payloads as frames, in order; for each None when it is in the file, else the reason it was dropped."""
        outcome: list[str | None] = []
        at = 0
        self._measured = False
        while at < len(payloads):
            taken, reason = self._append_group(payloads, at)
            outcome += [None] * taken
            at += taken
            if reason == "disk":
                outcome += ["disk"] * (len(payloads) - at)
                break
            if reason is not None:
                outcome.append(reason)
                at += 1
        return outcome

    def _append_group(self, payloads: Sequence[bytes], at: int) -> tuple[int, str | None]:
        """Write as many as fit into this segment and the budget; how many, and why the next one was refused."""
        if self.fd >= 0 and self.offset >= self._segment_bytes:
            self.seal()
        header = 0 if self.fd >= 0 else HEADER_BYTES
        room = self._budget - self.bytes_on_disk - header
        if HEAD_BYTES + len(payloads[at]) > room:
            if not self._measured:
                self.measure()
                self._measured = True
            room = self._budget - self.bytes_on_disk - header
            if HEAD_BYTES + len(payloads[at]) > room:
                self.seal()  # what is stored can only be deleted once its segment is sealed
                return 0, "budget"
        if self.fd < 0:
            try:
                self._create()
            except OSError:
                return 0, "disk"
        buffers: list[bytes] = []
        end = self.offset
        stop = min(len(payloads), at + _IOV)
        salt, limit = self._salt, self._segment_bytes
        for i in range(at, stop):
            payload = payloads[i]
            size = HEAD_BYTES + len(payload)
            if size > room or (end >= limit and i > at):
                break
            room -= size
            end += size
            buffers.append(frame_head(payload, salt))
            buffers.append(payload)
        count = len(buffers) // 2
        written = self._write(buffers, end - self.offset)
        if written == end - self.offset:
            self.offset = end
            return count, None
        return self._keep_whole(buffers, written), "disk"

    def _write(self, buffers: list[bytes], size: int) -> int:
        """Write all, going on after short writes; returns how many bytes the file took before an error."""
        written = 0
        while written < size:
            try:
                taken = self._writev(self.fd, buffers)
            except OSError:
                break
            if taken <= 0:
                break
            written += taken
            if written < size:
                buffers = [b"".join(buffers)[taken:]]
        return written

    def _keep_whole(self, buffers: list[bytes], written: int) -> int:
        """After a failed write: cut the file back behind the last whole frame; returns how many were whole."""
        whole = kept = 0
        for i in range(0, len(buffers), 2):
            size = len(buffers[i]) + len(buffers[i + 1])
            if kept + size > written:
                break
            kept += size
            whole += 1
        self.offset += kept
        if written > kept:
            try:
                os.ftruncate(self.fd, self.offset)
            except OSError:
                self.offset += written - kept
                self.seal()  # the torn frame stays behind in a closed segment, where readers cut it off
        return whole

    def _create(self) -> None:
        sequence = self._next
        path = names.segment_path(self.folder, sequence)
        draft = path.with_suffix(names.NEW_SUFFIX)
        salt = secrets.randbits(32)
        header = encode_header(
            SegmentHeader(VERSION, self._instance, self._worker, sequence, self._last, time.time_ns(), salt)
        )
        self._lock.note(sequence, sequence)
        # Under its name a segment always has its header: it is written before it is renamed.
        fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            whole = os.write(fd, header) == len(header)
            if whole:
                draft.rename(path)
        except OSError:
            whole = False
        if not whole:
            os.close(fd)
            draft.unlink(missing_ok=True)
            raise OSError(f"{path} could not be made")
        self.folder_changed = True
        self._salt, self.fd, self.offset = salt, fd, HEADER_BYTES
        self._last, self._next = sequence, sequence + 1

    def seal(self) -> None:
        """End the open segment; the next frame begins another."""
        if self.fd < 0:
            return
        self._others += self.offset
        self._retire(self.fd)
        self.fd, self.offset = -1, 0
        try:
            self._lock.note(self._next, self._last)
        except OSError:
            pass  # the segment then counts as sealed when the next one begins

    def close(self) -> None:
        """Seal and let go of the folder."""
        self.seal()
        self._lock.close()

"""The writer that the event loop hands exchanges to: a queue bounded in bytes and a thread behind it.

`append` costs the caller about a microsecond and never waits. The thread gathers what comes within `flush_seconds`,
encodes it in slices (it holds the interpreter's lock for well under a millisecond at a time), and writes it with one
`writev`. In `interval` a second thread syncs once a second, so that a slow disk delays no write: a killed process loses
what finished in its last 50 ms, a power cut `fsync_seconds` more. In `strict` a group is synced before its callbacks.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from sereno.calls import Exchange
from sereno.journal.appender import SegmentAppender
from sereno.journal.status import DROP_REASONS, StatusFile
from sereno.journal.syncer import Syncer

Durability = Literal["interval", "strict"]
Done = Callable[[bool], None]

_OVERHEAD = 1024
"""Bytes that an exchange takes in the queue beside its bodies: heads, and the times of a few chunks."""
_SLICE_BYTES = 131072
_SLICE_RECORDS = 24
"""How much is encoded before the interpreter's lock is offered to the event loop."""
_PAUSE = 1e-5
"""A pause of nothing is not enough: the thread would take the lock again before the waiting one wakes."""
_GROUP_BYTES = 8 * 1024 * 1024
_RETRY = {"budget": 0.1, "disk": 1.0}
"""Seconds until a write is tried again after one was refused; meanwhile records are dropped without a try."""


class JournalWriter:
    """One worker's journal, written from one event loop thread.

    Args:
        folder: DATA/journal.
        instance: UUID text of the DATA folder.
        worker: the worker's number.
        budget_bytes: what this worker may take on disk.
        segment_bytes: size at which the next segment begins.
        queue_bytes: bytes of exchanges that may wait in memory.
        durability: `interval` or `strict`.
        fsync_seconds: time between two syncs in `interval`.
        flush_seconds: how long a record may wait for others before it is written.
        status: where records and drops are counted, if anywhere.
        writev: `os.writev`, or a double that fails.

    Raises:
        JournalError: another process writes this worker's journal.
    """

    def __init__(
        self,
        folder: Path,
        instance: str,
        worker: int,
        *,
        budget_bytes: int,
        segment_bytes: int,
        queue_bytes: int,
        durability: Durability = "interval",
        fsync_seconds: float = 1.0,
        flush_seconds: float = 0.02,
        status: StatusFile | None = None,
        writev: Callable[[int, Sequence[bytes]], int] = os.writev,
    ) -> None:
        self._syncer = Syncer(fsync_seconds)
        self._open_appender: Callable[[], SegmentAppender] = partial(
            SegmentAppender,
            folder,
            instance,
            worker,
            budget_bytes=budget_bytes,
            segment_bytes=segment_bytes,
            retire=self._syncer.retire,
            writev=writev,
        )
        self._queue_bytes = queue_bytes
        self._strict = durability == "strict"
        self._flush_seconds = flush_seconds
        self._status = status
        self._encode = msgspec.msgpack.Encoder().encode
        self._queue: deque[tuple[Exchange, int, Done | None]] = deque()
        self._bytes_in = 0  # written by the caller alone
        self._bytes_out = 0  # written by the thread alone
        self._refused: str | None = None
        self._retry_at = 0.0
        self._closed = False
        self._idle = False
        self._wake = threading.Event()
        self._caller_drops = dict.fromkeys(DROP_REASONS, 0)
        self._thread_drops = dict.fromkeys(DROP_REASONS, 0)
        self._published = {"records": 0, **dict.fromkeys(DROP_REASONS, 0)}
        self._records = 0
        self._appender: SegmentAppender | None = None
        try:
            self._appender = self._open_appender()
        except OSError:
            self._refuse("disk")  # a full disk must not keep the gateway from forwarding
        except BaseException:
            self._syncer.close()
            raise
        self._thread = threading.Thread(target=self._run, name=f"sereno-journal-{worker}", daemon=True)
        self._thread.start()

    def append(self, exchange: Exchange) -> bool:
        """Hand over an exchange; False when it was dropped at once (and counted). Never waits, never raises."""
        return self._hand_over(exchange, None)

    def append_durable(self, exchange: Exchange, done: Done) -> bool:
        """Hand over an exchange and be told when it is on disk.

        `done` is called from the writer's thread: True when the record is synced, False when it cannot be. When this
        returns False the record was dropped and `done` is not called.
        """
        return self._hand_over(exchange, done)

    def _hand_over(self, exchange: Exchange, done: Done | None) -> bool:
        refused = self._refused
        if refused is not None:
            self._caller_drops[refused] += 1
            return False
        size = len(exchange.request_body) + len(exchange.response_body) + 16 * len(exchange.chunk_times) + _OVERHEAD
        queued = self._bytes_in - self._bytes_out
        # An exchange larger than the whole queue still passes when nothing waits.
        if (queued and queued + size > self._queue_bytes) or self._closed:
            self._caller_drops["queue"] += 1
            return False
        self._bytes_in += size
        self._queue.append((exchange, size, done))
        if self._idle:
            self._idle = False
            self._wake.set()
        return True

    @property
    def records(self) -> int:
        """Records written to the journal since the start."""
        return self._records

    @property
    def dropped(self) -> Mapping[str, int]:
        """Records lost since the start, by reason: budget, queue, disk, encode."""
        return {reason: self._caller_drops[reason] + self._thread_drops[reason] for reason in DROP_REASONS}

    @property
    def queued_bytes(self) -> int:
        """Bytes of exchanges that wait to be written."""
        return self._bytes_in - self._bytes_out

    @property
    def bytes_on_disk(self) -> int:
        """Bytes that this worker's folder takes."""
        return self._appender.bytes_on_disk if self._appender is not None else 0

    @property
    def sync_errors(self) -> int:
        """Times that the disk refused to sync: what it had taken may be lost with a power cut."""
        return self._syncer.errors

    def close(self, timeout: float = 5.0) -> bool:
        """Write what waits, sync and stop; False if that took longer than `timeout` seconds. Idempotent."""
        self._closed = True
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    # --- the thread ---------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while True:
                self._wait()
                if self._refused is not None and time.monotonic() >= self._retry_at:
                    self._refused = None
                self._write_group()
                while self._queue and (self._closed or self._strict or self.queued_bytes > _GROUP_BYTES):
                    self._write_group()
                self._publish()
                if self._closed and not self._queue:
                    break
        finally:
            if self._appender is not None:
                self._appender.close()
            self._syncer.close()

    def _wait(self) -> None:
        """Sleep until there is work, then so long that more of it gathers; without work use no processor."""
        if not self._queue and not self._closed:
            self._wake.clear()
            self._idle = True
            if not self._queue and not self._closed:
                waiting = self._refused is not None or self._unpublished()
                self._wake.wait(0.1 if waiting else None)
            self._idle = False
        if not self._strict and not self._closed:
            time.sleep(self._flush_seconds)

    def _write_group(self) -> None:
        """Encode and write what waits now, up to a few MiB."""
        queue, encode = self._queue, self._encode
        payloads: list[bytes] = []
        callbacks: list[Done | None] = []
        group = sliced = size_out = 0
        for _ in range(len(queue)):  # what comes meanwhile waits for the next group
            if group > _GROUP_BYTES:
                break
            exchange, size, done = queue.popleft()
            size_out += size
            try:
                payload = encode(exchange)
            except Exception:  # noqa: BLE001 - one exchange that cannot be encoded must not stop the journal
                self._thread_drops["encode"] += 1
                _tell(done, False)
                continue
            payloads.append(payload)
            callbacks.append(done)
            group += len(payload)
            sliced += len(payload)
            if sliced > _SLICE_BYTES or len(payloads) % _SLICE_RECORDS == 0:
                sliced = 0
                time.sleep(_PAUSE)
        if payloads:
            self._store(payloads, callbacks)
        self._bytes_out += size_out

    def _store(self, payloads: list[bytes], callbacks: list[Done | None]) -> None:
        outcome = self._append(payloads)
        dropped = len(outcome) - outcome.count(None)
        self._records += len(outcome) - dropped
        if dropped:
            for reason in outcome:
                if reason is not None:
                    self._thread_drops[reason] += 1
                    last = reason
            self._refuse(last)
        synced = self._sync() if self._strict or any(callbacks) else False
        for reason, done in zip(outcome, callbacks, strict=True):
            _tell(done, synced and reason is None)

    def _append(self, payloads: list[bytes]) -> list[str | None]:
        try:
            if self._appender is None:
                self._appender = self._open_appender()
            outcome = self._appender.append(payloads)
        except Exception:  # noqa: BLE001 - whatever the disk does, the gateway goes on
            return ["disk"] * len(payloads)
        if self._strict:  # synced by this thread, before the callbacks
            return outcome
        self._syncer.dirty(self._appender.fd, self._appender.folder if self._appender.folder_changed else None)
        self._appender.folder_changed = False
        return outcome

    def _sync(self) -> bool:
        """Sync what was written, folder included; True if it is on disk."""
        appender = self._appender
        if appender is None:
            return False
        folder = appender.folder if appender.folder_changed else None
        synced = self._syncer.sync_now(appender.fd, folder)
        appender.folder_changed = appender.folder_changed and not synced
        return synced

    def _refuse(self, reason: str) -> None:
        self._retry_at = time.monotonic() + _RETRY.get(reason, 1.0)
        self._refused = reason

    def _unpublished(self) -> bool:
        return self._status is not None and any(
            self._published[reason] != count for reason, count in self.dropped.items()
        )

    def _publish(self) -> None:
        """Add to the status file what was counted since the last time."""
        if self._status is None:
            return
        for name, count in (("records", self._records), *self.dropped.items()):
            new = count - self._published[name]
            if new:
                self._published[name] = count
                self._status.add(name if name == "records" else f"dropped.{name}", new)


def _tell(done: Done | None, durable: bool) -> None:
    if done is None:
        return
    try:
        done(durable)
    except Exception:  # noqa: BLE001, S110 - a callback of a closed event loop must not stop the journal
        pass

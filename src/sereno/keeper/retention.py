"""Forgets on time: bodies after some days, calls after others, in small batches with pauses between.

Counters and roll-ups stay. A batch holds the store's writer only for a moment, so ingest goes on beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock
from time import time

from sereno.store.base import Store

DAY = 86400.0
BATCH = 500
PAUSE = 0.05
"""Seconds between two batches, in which ingest has the writer for itself."""


class Retention:
    """Deletes what is older than configured.

    Args:
        store: the store.
        writes: held while the store is written.
        calls_days: days a call is kept, None for ever.
        bodies_days: days bodies are kept, None as long as the call.
        clock: epoch seconds.
        pause: seconds between two batches.

    Attributes:
        deleted: `calls` and `bodies` removed since the keeper started.
    """

    def __init__(
        self,
        store: Store,
        writes: Lock,
        *,
        calls_days: float | None,
        bodies_days: float | None,
        clock: Callable[[], float] = time,
        pause: float = PAUSE,
    ) -> None:
        self._store = store
        self._writes = writes
        self._calls_days = calls_days
        self._bodies_days = bodies_days
        self._clock = clock
        self._pause = pause
        self.deleted = {"calls": 0, "bodies": 0}

    def run(self, stop: Event) -> None:
        """Delete everything that is due, or until told to stop."""
        now = self._clock()
        if self._calls_days is not None:
            self._drain("calls", self._store.delete_calls, now - self._calls_days * DAY, stop)
        if self._bodies_days is not None:
            self._drain("bodies", self._store.delete_bodies, now - self._bodies_days * DAY, stop)

    def _drain(self, what: str, delete: Callable[[float, int], int], before: float, stop: Event) -> None:
        while not stop.is_set():
            with self._writes:
                removed = delete(before, BATCH)
            self.deleted[what] += removed
            if removed < BATCH:
                return
            stop.wait(self._pause)

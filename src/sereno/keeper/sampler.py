"""Reads the machine's meters every second, in a thread of its own.

A driver that hangs (a GPU that fell off the bus does that) must hold up nobody: whoever needs a fresh reading asks for
one and waits for a bounded time.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition, Thread
from time import monotonic, time

from sereno.metrics.hardware import Reading

NOTHING_SECONDS = 60.0
"""Between two readings while there are no meters: a driver may be loaded later."""


class Sampler:
    """Keeps reading.

    Args:
        read: all meters, given the epoch seconds.
        told: gets every reading, in the sampler's thread.
        every: seconds between two readings.
        clock: epoch seconds.

    Attributes:
        error: why the last reading failed, None if it did not.
    """

    def __init__(
        self,
        read: Callable[[float], Reading],
        told: Callable[[Reading], None],
        every: float,
        clock: Callable[[], float] = time,
    ) -> None:
        self._read = read
        self._told = told
        self._every = every
        self._clock = clock
        self._changed = Condition()
        self._latest: Reading | None = None
        self._began: float | None = None
        self._wanted = self._stopped = False
        self._thread: Thread | None = None
        self.error: str | None = None

    def start(self) -> None:
        """Begin; a second time changes nothing."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="sereno-meters", daemon=True)
            self._thread.start()

    def close(self, timeout: float = 2.0) -> bool:
        """End; False when the thread hangs in a driver and is left behind."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    @property
    def latest(self) -> Reading | None:
        """The last reading, None before the first."""
        return self._latest

    @property
    def hangs_seconds(self) -> float:
        """How long the reading in hand has taken, 0.0 between two."""
        began = self._began
        return 0.0 if began is None else monotonic() - began

    def fresh(self, since: float, wait: float) -> None:
        """Have a reading that began at or after `since` (epoch seconds), or have waited `wait` seconds for it."""

        def is_fresh() -> bool:
            return self._stopped or (self._latest is not None and self._latest.at >= since)

        with self._changed:
            if not is_fresh():
                self._wanted = True
                self._changed.notify_all()
                self._changed.wait_for(is_fresh, wait)

    def _run(self) -> None:
        while True:
            pause = self._every
            self._began = monotonic()
            try:
                reading = self._read(self._clock())
                self._told(reading)
            except Exception as error:  # noqa: BLE001  whatever a driver does, the next second it is asked again
                self.error = f"{type(error).__name__}: {error}"
            else:
                self.error = None
                pause = self._every if reading.gpus or reading.zones else NOTHING_SECONDS
                self._latest = reading
            self._began = None
            with self._changed:
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._wanted or self._stopped, pause)
                self._wanted = False
                if self._stopped:
                    return

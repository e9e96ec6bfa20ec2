"""How the watchman itself has been: its gauges every few seconds for a day, in memory. A restart begins anew.

Prometheus keeps such series for those who run one; the health page has to tell without.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Event, Lock

from sereno.query.view import Sample

SECONDS = 15.0
KEPT = 24 * 60 * 4
"""A day of them."""


class Samples:
    """The samples of the last day.

    Args:
        take: makes one; may raise, then the moment is left out.
    """

    def __init__(self, take: Callable[[], Sample]) -> None:
        self._take = take
        self._lock = Lock()
        self._kept: deque[Sample] = deque(maxlen=KEPT)

    def run(self, _: Event) -> None:
        """Take one; a job of the schedule."""
        sample = self._take()
        with self._lock:
            self._kept.append(sample)

    def all(self) -> Sequence[Sample]:
        """Every sample, oldest first."""
        with self._lock:
            return tuple(self._kept)

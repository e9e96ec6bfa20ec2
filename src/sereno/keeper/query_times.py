"""How long store queries take, by a bounded name, as Prometheus histograms."""

from __future__ import annotations

from threading import Lock

from sereno.conventions import QUERY_EDGES
from sereno.metrics.increments import Increments

METRIC_NAME = "sereno_query_duration_seconds"


class QueryTimes:
    """Durations seen since the keeper started; any thread may add."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen = Increments()

    def observe(self, query: str, seconds: float) -> None:
        """Note one query."""
        with self._lock:
            self._seen.observe(METRIC_NAME, (query,), seconds, QUERY_EDGES)

    def copy_into(self, increments: Increments) -> None:
        """Add what was seen to other increments."""
        with self._lock:
            increments.merge(self._seen)

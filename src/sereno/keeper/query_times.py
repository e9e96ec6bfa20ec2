"""How long store queries take, by a bounded name, as Prometheus histograms."""

from __future__ import annotations

from threading import Lock

from sereno.conventions import QUERY_EDGES
from sereno.metrics.increments import Increments
from sereno.query.view import QueryTime

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

    def summary(self) -> list[QueryTime]:
        """Count and percentiles by name."""
        with self._lock:
            seen = [(labels[0], h.count, h.quantile(0.5), h.quantile(0.95), h.quantile(0.99), h.total)
                    for (_, labels), h in self._seen.histograms.items()]  # fmt: skip
        return [
            QueryTime(name=name, count=count, p50=p50, p95=p95, p99=p99, total=total)
            for name, count, p50, p95, p99, total in sorted(seen)
        ]

"""The history of alerts in a keeper: figures of it on `/metrics`, and forgetting what is old."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from threading import Event
from time import time

from sereno.alerts.history import History, Holds, history
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Labels
from sereno.store.ledger import Ledger
from sereno.store.ledger.alerts import Filter, episodes, forget, last_told

DAY = 86400.0
LOOK_SECONDS = 15.0
FORGET_SECONDS = 3600.0
WINDOW = 30 * DAY
"""What the means on `/metrics` look back on."""
SEVERITIES = ("critical", "warning", "info")
Figures = dict[tuple[str, Labels], float]


class AlertHistory:
    """An attachment: looks at the ledger every few seconds.

    Args:
        ledger: where alerts are kept.
        days: how long, None for ever.
        holds: how long each rule waits before it alerts.
        clock: epoch seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        days: float | None,
        holds: Holds,
        clock: Callable[[], float] = time,
    ) -> None:
        self._ledger = ledger
        self._days = days
        self._holds = holds
        self._clock = clock
        self._figures: Figures = {}

    def jobs(self) -> Sequence[Job]:
        """Look, and forget; one keeper on the ledger forgets for all."""
        look = Job(name="alerts", every=LOOK_SECONDS, run=self.look)
        if self._days is None:
            return [look]
        return [look, Job(name="alerts_retention", every=FORGET_SECONDS, run=self.forget, lease=True, delay=60.0)]

    def look(self, stop: Event | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """Count what stands in the ledger.

        Raises:
            StoreError: the ledger does not answer.
        """
        now = self._clock()
        with self._ledger.read() as connection:
            lately = episodes(connection, Filter(start=now - WINDOW))
            before = episodes(connection, Filter(end=now - WINDOW, open=True))
            told = last_told(connection)
        active = [one for one in (*lately, *before) if one.state(now) == "active"]
        firing = Counter(one.severity for one in active)
        waiting = Counter(one.severity for one in active if one.acknowledged_at is None)
        figures: Figures = {}
        for severity in {*SEVERITIES, *firing}:
            figures["sereno_alerts_active", (severity,)] = firing[severity]
            figures["sereno_alerts_unacknowledged", (severity,)] = waiting[severity]
        if told is not None:
            figures["sereno_alerts_last_report_timestamp_seconds", ()] = told
        figures.update(_means(history(lately, now, self._holds)))
        self._figures = figures

    def forget(self, stop: Event | None = None) -> None:  # noqa: ARG002  see look
        """Remove what is older than wanted.

        Raises:
            StoreError: the ledger does not answer.
        """
        if self._days is not None:
            with self._ledger.write() as connection:
                forget(connection, self._clock() - self._days * DAY)

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """As last looked at."""
        return self._figures

    def close(self) -> None:
        """Nothing is held open."""


def _means(found: History) -> Figures:
    """Means of the last 30 days, those that are known."""
    known = {
        "sereno_alerts_acknowledge_seconds": found.acknowledge.mean,
        "sereno_alerts_detection_seconds": found.detection.mean,
    }
    return {(name, ()): value for name, value in known.items() if value is not None}

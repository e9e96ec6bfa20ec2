"""The drift monitor: checks when it is time and when it is asked to; an attachment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from threading import Event as Stop
from threading import Lock
from time import monotonic, time

import msgspec

from sereno.conventions import QUERY_EDGES
from sereno.drift.accuracy import Accuracy
from sereno.drift.monitor import Finding, check, window_of
from sereno.drift.vectors import Embedder
from sereno.errors import DriftError, StoreError
from sereno.keeper.drift import references
from sereno.keeper.drift.actions import act
from sereno.keeper.drift.figures import figures_of
from sereno.keeper.drift.keeping import judged, keep
from sereno.keeper.drift.plan import DAY, Plan
from sereno.keeper.drift.texts import TEXTS
from sereno.keeper.drift.traffic import traffic
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Increments, Labels
from sereno.store.base import Store
from sereno.store.ledger import Ledger, drift_checks, drift_references
from sereno.store.ledger.drift_checks import FAILED, Check
from sereno.store.ledger.drift_references import ReferenceRow

TICK_SECONDS = 15.0
LONGEST_ERROR = 500


class DriftMonitor:
    """An attachment, and what API and commands ask (`query.drifting.Monitor`).

    Args:
        ledger: where references, checks, events and triggers are.
        store: where calls are.
        plan: what it is told.
        embedder: makes the embedder when it is first needed; None where prompts are not compared as vectors.
        accuracy: accuracy before a window and in it, None where nobody measures.
        clock: epoch seconds.
    """

    def __init__(
        self,
        ledger: Ledger,
        store: Store,
        plan: Plan,
        *,
        embedder: Callable[[], Embedder | None] = lambda: None,
        accuracy: Callable[[float, float], Accuracy] = lambda start, end: Accuracy(),  # noqa: ARG005
        clock: Callable[[], float] = time,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._plan = plan
        self._embedder = cache(embedder)
        self._accuracy = accuracy
        self._clock = clock
        self._checking, self._timing = Lock(), Lock()
        self._missed: list[Check] = []
        self._figures: dict[tuple[str, Labels], float] = {}
        self._durations = Increments()

    def jobs(self) -> Sequence[Job]:
        """Check when it is time, call what approved triggers call, look; the first two one keeper does for all."""
        jobs = [
            Job(name="drift_triggers", every=TICK_SECONDS, run=self.act, lease=True),
            Job(name="drift_look", every=TICK_SECONDS, run=self.look),
        ]
        if self._plan.interval is not None:
            every = min(TICK_SECONDS, self._plan.interval)
            jobs.append(Job(name="drift", every=every, run=self.tick, lease=True, delay=min(10.0, every)))
        return jobs

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """As of the last look."""
        return self._figures

    def copy_into(self, increments: Increments) -> None:
        """Durations of the checks that this keeper made."""
        with self._timing:
            increments.merge(self._durations)

    def close(self) -> None:
        """Nothing is held."""

    def tick(self, stop: Stop | None = None) -> None:  # noqa: ARG002  a check is short
        """Check if the interval has gone by since the last one, whoever made it.

        Raises:
            StoreError: the ledger does not answer; what failed is written when it does.
        """
        self._tell_missed()
        with self._ledger.read() as connection:
            used = drift_references.in_use(connection)
            last = drift_checks.checks(connection, limit=1)
        interval = self._plan.interval or 0.0
        if used is None or (last and self._clock() - last[0].timestamp < interval):
            return
        self.check()
        if self._plan.keep_days is not None:
            with self._ledger.write() as connection:
                drift_checks.forget(connection, self._clock() - self._plan.keep_days * DAY)

    def check(self) -> Check:
        """Check now. A check that fails is written as one that failed; nothing of it is half-written.

        Raises:
            DriftError: no reference is in use.
            StoreError: the ledger does not answer; the failure is kept in memory until it does.
        """
        with self._checking:
            began, now = monotonic(), self._clock()
            start, end = window_of(now, self._plan.window, weekdays=False)
            made = Check(timestamp=now, window_start=start, window_end=end, status=FAILED)
            try:
                used = self._used()
                start, end = window_of(now, self._plan.window, weekdays=used.weekdays)
                made = msgspec.structs.replace(
                    made, window_start=start, window_end=end, reference=used.label, reference_id=used.id
                )
                found = self._found(used, start, end)
                made = judged(made, found, self._accuracy(start, end), self._plan.severity)
                made = msgspec.structs.replace(made, duration_seconds=monotonic() - began)
                return keep(self._ledger, self._plan, made, found)
            except DriftError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it is told
                return self._failed(made, error, monotonic() - began)
            finally:
                with self._timing:
                    self._durations.observe("drift_check_duration_seconds", (), monotonic() - began, QUERY_EDGES)

    def create(self, name: str, start: float, end: float, *, weekdays: bool, by: str) -> ReferenceRow:
        """Freeze the calls of a window as the next version of a name; see `references.create`."""
        return references.create(
            self._ledger, self._store, self._embedder, name, (start, end), weekdays=weekdays, by=by, now=self._clock()
        )

    def use(self, label: str, by: str) -> ReferenceRow:
        """Compare with a reference from now on; see `references.use`."""
        return references.use(self._ledger, label, by=by, now=self._clock())

    def act(self, stop: Stop | None = None) -> None:
        """Call what approved triggers are to call.

        Raises:
            StoreError: the ledger does not answer.
        """
        act(self._ledger, self._plan.action, self._clock, stop)

    def look(self, stop: Stop | None = None) -> None:  # noqa: ARG002  this is short
        """See what stands in the ledger.

        Raises:
            StoreError: the ledger does not answer.
        """
        self._figures = figures_of(self._ledger, self._plan.interval)

    def _used(self) -> ReferenceRow:
        with self._ledger.read() as connection:
            used = drift_references.in_use(connection)
        if used is None:
            raise DriftError("no reference is in use; sereno drift reference create NAME --use makes one")
        return used

    def _found(self, used: ReferenceRow, start: float, end: float) -> list[Finding]:
        with self._ledger.read() as connection:
            frozen = drift_references.content(connection, used)
        embedder = None if frozen.embedder is None else self._embedder()
        return check(frozen, traffic(self._store, start, end), TEXTS, embedder, start)

    def _failed(self, made: Check, error: Exception, seconds: float) -> Check:
        failed = msgspec.structs.replace(
            made, status=FAILED, severity="insufficient_data", drift_detected=False, verdicts={},
            error=(str(error) or type(error).__name__)[:LONGEST_ERROR], duration_seconds=seconds,
        )  # fmt: skip
        try:
            return keep(self._ledger, self._plan, failed, [])
        except StoreError:
            self._missed.append(failed)
            raise error from None

    def _tell_missed(self) -> None:
        """Write checks that failed while the ledger did not answer."""
        while self._missed:
            keep(self._ledger, self._plan, self._missed[0], [])
            self._missed.pop(0)

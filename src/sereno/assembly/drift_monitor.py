"""The drift monitor: references made of the record, checks of live traffic, what they lead to; an attachment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event as Stop
from threading import Lock
from time import monotonic, time

import msgspec

from sereno.assembly.accuracy import accuracy_of
from sereno.assembly.drift_actions import act
from sereno.assembly.drift_figures import figures_of
from sereno.assembly.drift_plan import DAY, Plan, plan_of
from sereno.assembly.drift_texts import TEXTS
from sereno.assembly.embedder import installed
from sereno.assembly.lora import registry
from sereno.calls import Call
from sereno.config.table import Settings
from sereno.conventions import QUERY_EDGES
from sereno.drift.accuracy import Accuracy
from sereno.drift.events import Event, accuracy_event, at_least, drift_events
from sereno.drift.frozen import Frozen, frozen_of
from sereno.drift.live import sampled
from sereno.drift.monitor import Finding, check, window_of
from sereno.drift.score import combined_score
from sereno.drift.triggers import proposal
from sereno.drift.vectors import Embedder
from sereno.drift.verdict import Severity
from sereno.errors import DriftError, StoreError
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Increments, Labels
from sereno.store.base import CallQuery, Store
from sereno.store.ledger import Ledger, drift_checks, drift_references, finetuning_triggers
from sereno.store.ledger import drift_events as event_rows
from sereno.store.ledger.drift_checks import FAILED, Check
from sereno.store.ledger.drift_references import ReferenceRow

TICK_SECONDS = 15.0
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MOST_PAST = 5_000


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
        self._make_embedder = embedder
        self._embedder: Embedder | None = None
        self._made = False
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
                with self._ledger.read() as connection:
                    used = drift_references.in_use(connection)
                    if used is None:
                        raise DriftError("no reference is in use; sereno drift reference create NAME --use makes one")  # noqa: TRY301
                    frozen = drift_references.content(connection, used)
                start, end = window_of(now, self._plan.window, weekdays=used.weekdays)
                made = msgspec.structs.replace(
                    made, window_start=start, window_end=end, reference=used.label, reference_id=used.id
                )
                found = check(frozen, self._calls(start, end), TEXTS, self._embedder_for(frozen), start)
                made = self._judged(made, found, self._accuracy(start, end))
                made = msgspec.structs.replace(made, duration_seconds=monotonic() - began)
                return self._write(made, found)
            except DriftError:
                raise
            except Exception as error:  # noqa: BLE001  whatever it is, it is told
                failed = msgspec.structs.replace(
                    made, status=FAILED, severity="insufficient_data", drift_detected=False, verdicts={},
                    error=(str(error) or type(error).__name__)[:500], duration_seconds=monotonic() - began,
                )  # fmt: skip
                try:
                    return self._write(failed, [])
                except StoreError:
                    self._missed.append(failed)
                    raise error from None
            finally:
                with self._timing:
                    self._durations.observe("drift_check_duration_seconds", (), monotonic() - began, QUERY_EDGES)

    def create(self, name: str, start: float, end: float, *, weekdays: bool, by: str) -> ReferenceRow:
        """Freeze the calls of a window as the next version of a name.

        Raises:
            DriftError: the name is none, the window is empty, or there are too few calls.
            StoreError: store or ledger do not answer.
        """
        if NAME.fullmatch(name) is None:
            raise DriftError(f"{name[:80]!r} is no name: 1 to 64 letters, digits, dots, underscores and hyphens")
        if not start < end:
            raise DriftError("the window ends before it begins")
        try:
            frozen = frozen_of(self._calls(start, end), TEXTS, self._installed(), weekdays=weekdays)
        except ValueError as error:
            raise DriftError(str(error)) from error
        with self._ledger.write() as connection:
            return drift_references.add(connection, name, frozen, start=start, end=end, now=self._clock(), by=by)

    def use(self, label: str, by: str) -> ReferenceRow:
        """Compare with a reference from now on; drift that was told before is told anew if it is there.

        Raises:
            DriftError: there is none of this name.
            StoreError: the ledger does not answer.
        """
        with self._ledger.write() as connection:
            wanted = drift_references.reference(connection, label)
            if wanted is None:
                raise DriftError(f"there is no reference {label[:80]!r}; sereno drift reference list shows them")
            if not wanted.in_use:
                drift_references.use(connection, wanted.id, self._clock())
                event = Event(kind="reference", severity="none", details={"reference": wanted.label, "by": by})
                event_rows.add_events(connection, [event], self._clock(), None)
        return msgspec.structs.replace(wanted, in_use=True)

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

    def _calls(self, start: float, end: float) -> list[Call]:
        query = CallQuery(start=start, end=end, llm=True, newest_first=False)
        total = self._store.count(query)
        return [call for call in self._store.export(query) if sampled(call.id, total)]

    def _installed(self) -> Embedder | None:
        if not self._made:
            self._embedder, self._made = self._make_embedder(), True
        return self._embedder

    def _embedder_for(self, frozen: Frozen) -> Embedder | None:
        return None if frozen.embedder is None else self._installed()

    def _judged(self, made: Check, found: Sequence[Finding], known: Accuracy) -> Check:
        judged = msgspec.structs.replace(
            made, **drift_checks.headline(found), baseline_accuracy=known.baseline, current_accuracy=known.current,
            accuracy_upper=known.upper, accuracy_severity=known.severity, accuracy_samples=known.samples or None,
        )  # fmt: skip
        return msgspec.structs.replace(
            judged,
            drift_detected=at_least(judged.severity, self._plan.severity),
            combined_score=combined_score(judged.psi, judged.kl_divergence, known.baseline, known.current),
        )

    def _write(self, made: Check, found: Sequence[Finding]) -> Check:
        """Keep a check, its events and its trigger: all of it or nothing."""
        with self._ledger.write() as connection:
            drift_checks.alone(connection)
            number = drift_checks.add_check(connection, made, found)
            now = made.timestamp
            happened = self._events(made, found, event_rows.standing(connection),
                                    event_rows.last_event(connection, ("accuracy", "accuracy_recovered")),
                                    event_rows.last_event(connection, ("failed", "works_again")))  # fmt: skip
            event_rows.add_events(connection, happened, now, number)
            if made.status != FAILED:
                since = now - (self._plan.rule.windows + 1) * max(self._plan.window, self._plan.interval or 0.0)
                past = drift_checks.checks(connection, since=since, judged=True, limit=MOST_PAST)
                wanted = proposal(
                    self._plan.rule, [drift_checks.past(one) for one in past],
                    finetuning_triggers.last_trigger(connection), now,
                )  # fmt: skip
                if wanted is not None:
                    payload = _payload(msgspec.structs.replace(made, id=number), found)
                    payload |= {"windows": wanted.windows, "accuracy_fell": wanted.fell}
                    finetuning_triggers.add(
                        connection, wanted, now, number, approved=not self._plan.approval, payload=payload
                    )
        return msgspec.structs.replace(made, id=number)

    def _events(
        self, made: Check, found: Sequence[Finding], standing: Mapping[str, Severity],
        accuracy: event_rows.Happened | None, failing: event_rows.Happened | None,
    ) -> list[Event]:  # fmt: skip
        failed_before = failing is not None and failing.kind == "failed"
        if made.status == FAILED:
            return [] if failed_before else [Event(kind="failed", severity="none", details={"error": made.error})]
        out = [Event(kind="works_again", severity="none")] if failed_before else []
        out += [
            msgspec.structs.replace(event, details={**event.details, "reference": made.reference})
            for event in drift_events(standing, found, self._plan.severity)
        ]
        told = accuracy.severity if accuracy is not None and accuracy.kind == "accuracy" else None
        figures = {
            "baseline_accuracy": made.baseline_accuracy, "current_accuracy": made.current_accuracy,
            "samples": made.accuracy_samples,
        }  # fmt: skip
        event = accuracy_event(told, made.accuracy_severity, figures)
        return out if event is None else [*out, event]

    def _tell_missed(self) -> None:
        """Write checks that failed while the ledger did not answer."""
        while self._missed:
            self._write(self._missed[0], [])
            self._missed.pop(0)


def monitor_of(settings: Settings, store: Store, ledger: Ledger) -> DriftMonitor:
    """The monitor that the settings describe."""
    return DriftMonitor(
        ledger, store, plan_of(settings), embedder=installed if settings.drift.embeddings == "auto" else lambda: None,
        accuracy=accuracy_of(ledger),
    )  # fmt: skip


@contextmanager
def opened(settings: Settings, *, read_only: bool = False) -> Iterator[tuple[DriftMonitor, Ledger]]:
    """The monitor and its ledger, for commands.

    Raises:
        StoreError: store or ledger cannot be opened, or there are none.
    """
    with registry(settings, read_only=read_only) as (ledger, store):
        yield monitor_of(settings, store, ledger), ledger


def _payload(made: Check, found: Sequence[Finding]) -> dict[str, object]:
    """What a called program is told of the check behind a trigger."""
    features = [
        {"model": finding.model, "feature": one.feature, "severity": one.severity, "psi_corrected": one.psi_corrected}
        for finding in found
        for one in finding.features
        if at_least(one.severity, "notice")
    ]
    return {
        "check_id": made.id, "reference": made.reference, "window_start": made.window_start,
        "window_end": made.window_end, "psi": made.psi, "kl_divergence": made.kl_divergence,
        "combined_score": made.combined_score, "baseline_accuracy": made.baseline_accuracy,
        "current_accuracy": made.current_accuracy, "features": features,
    }  # fmt: skip

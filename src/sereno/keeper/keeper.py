"""One keeper: its parts joined, and what API and pages may ask of it (`query.view.KeeperView`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from time import perf_counter, time
from typing import TYPE_CHECKING

from sereno import __version__
from sereno.calls import Call
from sereno.categories.calls import verdict_of
from sereno.categories.categorise import Verdict
from sereno.categories.category import Category
from sereno.conventions import JOURNAL_DIR, METRICS, RUN_DIR, SPANS_FILE
from sereno.errors import JournalError, StoreError
from sereno.journal.reader import JournalReader
from sereno.keeper import health as checks
from sereno.keeper.attachment import Attachment, Observing
from sereno.keeper.budgets import EVERY_SECONDS, Budgets
from sereno.keeper.ingest import Ingest
from sereno.keeper.labels import ModelLabels
from sereno.keeper.options import KeeperOptions
from sereno.keeper.policy import PolicyWriter
from sereno.keeper.query_times import QueryTimes
from sereno.keeper.retention import Retention
from sereno.keeper.running import Running
from sereno.keeper.samples import SECONDS as SAMPLE_SECONDS
from sereno.keeper.samples import Samples
from sereno.keeper.schedule import Job, Schedule
from sereno.keeper.upstreams import Upstreams
from sereno.metrics.exposition import negotiate, render
from sereno.metrics.increments import Increments, Labels
from sereno.metrics.zeros import zero_children
from sereno.query.view import (
    Health,
    JobView,
    JournalState,
    OpenCall,
    QueryTime,
    Sample,
    ShownSetting,
    UpstreamState,
    WorkerState,
)
from sereno.slo.spec import Slo
from sereno.store.base import Store
from sereno.trust.keys import Key

if TYPE_CHECKING:
    from sereno.keeper.spans import SpanSender
    from sereno.store.ledger import Ledger

FAMILIES = tuple(metric for metric in METRICS if metric.source != "agent")
"""What this page holds: an agent has its own."""
POLICY_SECONDS = 1.0
RETENTION_SECONDS = 600.0


class Keeper:
    """Everything one keeper does beside answering HTTP.

    Args:
        options: what it was told.
        store: where calls live; the caller closes it.
        clock: epoch seconds.
        ledger: the small tables beside the calls, None where there are none; the caller closes it.
        attachments: subjects that live in this keeper.
    """

    def __init__(
        self,
        options: KeeperOptions,
        store: Store,
        clock: Callable[[], float] = time,
        *,
        ledger: Ledger | None = None,
        attachments: Sequence[Attachment] = (),
    ) -> None:
        self.store = store
        self.ledger = ledger
        self._attachments = attachments
        self.version = __version__
        self.started_at = clock()
        self.now = clock
        self._options = options
        self._writes = Lock()
        self._times = QueryTimes()
        self._http: dict[tuple[str, int], int] = {}
        self._http_lock = Lock()
        self.labels = ModelLabels(store, self._writes)
        self._reader = JournalReader(options.data / JOURNAL_DIR)
        self._upstreams = Upstreams(options.upstreams, self.labels, clock)
        self.ingest = Ingest(
            self._reader,
            store,
            self.labels,
            self._writes,
            options,
            self._times.observe,
            clock,
            ollama_upstreams=self._upstreams.ollama,
        )
        self._running = Running(options.data / RUN_DIR, clock)
        self._budgets = Budgets(options.data, store, clock)
        self._policy = PolicyWriter(
            options.data, options.require_key, options.allowed_hosts, lambda: self._budgets.exhausted
        )
        self._retention = Retention(
            store, self._writes, calls_days=options.calls_days, bodies_days=options.bodies_days, clock=clock
        )
        self._samples = Samples(self._sample)
        self._spans = _sender(options, store, self._reader.instance, clock)
        jobs = [
            Job(name="samples", every=SAMPLE_SECONDS, run=self._samples.run),
            Job(name="budgets", every=EVERY_SECONDS, run=self._budgets.run),
            Job(name="policy", every=POLICY_SECONDS, run=self._policy.run),
            Job(name="retention", every=RETENTION_SECONDS, run=self._retention.run, lease=True, delay=60.0),
            *self._upstreams.jobs(options.poll_seconds),
            *(job for attachment in attachments for job in attachment.jobs()),
        ]
        if self._spans is not None:
            jobs.append(Job(name="spans", every=self._spans.interval, run=self._spans.run))
        # One keeper a DATA folder, so its name is the folder's: a restarted one still holds its leases.
        self._schedule = Schedule(jobs, store, self._reader.instance, clock)

    def start(self) -> None:
        """Write the policy, then begin ingest and jobs.

        Raises:
            ConfigError: the key file cannot be read: whoever starts a keeper is told, instead of a closed gateway.
        """
        self._policy.run()
        if self._spans is not None:
            with suppress(StoreError, OSError):  # the job tries again, and says what is wrong
                self._spans.begin()
        self.ingest.start()
        self._schedule.start()

    def close(self) -> None:
        """End jobs and ingest; the batch in hand is committed or stays in the journal."""
        self.ingest.close()
        self._schedule.close()
        self._upstreams.close()
        if self._spans is not None:
            self._spans.close()
        for attachment in self._attachments:
            attachment.close()

    def health(self) -> Health:
        """Run a real query on the store and look at the rest."""
        began, error = perf_counter(), None
        try:
            self.store.check()
        except (StoreError, OSError) as failure:
            error = str(failure)
        seconds = perf_counter() - began
        self._times.observe("check", seconds)
        journal, failing = self.journal(), self.ingest.failing_since
        failing_seconds = None if failing is None else max(0.0, self.now() - failing)
        return checks.worst(
            [
                checks.store_check(error, seconds),
                checks.ingest_check(journal, failing_seconds, self.ingest.last_error),
                checks.journal_check(journal, self._options.journal_budget_bytes),
                checks.gateway_check(self.workers()),
                *checks.upstream_checks(self._upstreams.troubles()),
                *checks.job_checks((name, state.error) for name, state in self._schedule.states.items() if state.error),
            ]
        )

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All metrics and their Content-Type."""
        increments = Increments()
        figures: dict[tuple[str, Labels], float] = {("sereno_build_info", (self.version,)): 1.0}
        began = perf_counter()
        try:
            increments.merge(self.store.counters())
            sizes = self.store.sizes()
        except (StoreError, OSError):
            figures["sereno_store_up", ()] = 0.0
        else:
            self._times.observe("metrics", perf_counter() - began)
            figures["sereno_store_up", ()] = 1.0
            figures["sereno_store_calls", ()] = sizes.calls
            figures.update((("sereno_store_bytes", (part,)), size) for part, size in sizes.parts.items())
            seen = {(labels[0], labels[2]) for name, labels in increments.counters if name == "llm_requests_total"}
            figures.update(zero_children(self.labels.known(), seen))
        figures.update(self._own_figures())
        self._times.copy_into(increments)
        for attachment in self._attachments:
            if isinstance(attachment, Observing):
                attachment.copy_into(increments)
        kind = negotiate(accept)
        # A copy: ingest adds to the original meanwhile.
        exemplars = dict(self.ingest.exemplars)
        return render(increments, figures, content_type=kind, exemplars=exemplars, families=FAMILIES), kind

    def running(self) -> Sequence[OpenCall]:
        """Requests being forwarded now, oldest first."""
        return self._running.calls()

    def workers(self) -> Sequence[WorkerState]:
        """The gateway workers, by number."""
        return self._running.workers()

    def journal(self) -> JournalState:
        """How far the journal is stored."""
        total, unread, lag = self._journal_sizes()
        return JournalState(
            bytes=total,
            unread_bytes=unread,
            lag_seconds=lag,
            dropped=self._running.dropped(),
            poisoned=self.ingest.poisoned,
            ingested=self.ingest.stored,
        )

    def upstreams(self) -> Sequence[UpstreamState]:
        """The model servers, as last polled."""
        return self._upstreams.states()

    def keys(self) -> Sequence[Key]:
        """The keys issued, as last read."""
        return self._policy.keys

    def categories(self) -> Sequence[Category]:
        """The categories that prompts get."""
        categoriser = self._options.categoriser
        return () if categoriser is None else categoriser.categories

    def why_category(self, call: Call) -> Verdict | None:
        """What speaks for the category of a call, by the settings in force."""
        categoriser = self._options.categoriser
        return None if categoriser is None else verdict_of(call, categoriser)

    def objectives(self) -> Sequence[Slo]:
        """The service level objectives."""
        return self._options.objectives

    def settings(self) -> Sequence[ShownSetting]:
        """The settings in force."""
        return self._options.settings

    def query_times(self) -> Sequence[QueryTime]:
        """How long store queries took since this keeper started."""
        return self._times.summary()

    def samples(self) -> Sequence[Sample]:
        """How the watchman was."""
        return self._samples.all()

    def jobs(self) -> Sequence[JobView]:
        """The keeper's own jobs."""
        return [
            JobView(name=name, successes=s.successes, errors=s.errors, seconds=s.seconds, succeeded_at=s.succeeded_at,
                    error=s.error)
            for name, s in sorted(self._schedule.states.items())
        ]  # fmt: skip

    def count_request(self, route: str, status: int) -> None:
        """Count an answered request."""
        with self._http_lock:
            self._http[route, status] = self._http.get((route, status), 0) + 1

    def observe_query(self, query: str, seconds: float) -> None:
        """Note a store query's duration."""
        self._times.observe(query, seconds)

    def _sample(self) -> Sample:
        total, unread, lag = self._journal_sizes()
        workers = self.workers()
        try:
            store = sum(self.store.sizes().parts.values())
        except (StoreError, OSError):
            store = None
        known = [w.memory_bytes for w in workers if w.alive and w.memory_bytes is not None]
        return Sample(
            at=self.now(),
            lag_seconds=lag,
            unread_bytes=unread,
            journal_bytes=total,
            store_bytes=store,
            ingested=self.ingest.stored,
            dropped=sum(self._running.dropped().values()),
            requests=sum(w.requests for w in workers),
            memory_bytes=sum(known) if known else None,
        )

    def _journal_sizes(self) -> tuple[int, int, float]:
        """Bytes on disk, bytes not stored, age in seconds of the oldest record not stored."""
        positions, oldest = self.ingest.positions, None
        try:
            total, unread = self._reader.total_bytes(), self._reader.unread_bytes(positions)
        except OSError:
            total = unread = 0
        if unread:
            with suppress(JournalError, OSError):
                oldest = self._reader.oldest_unread_ns(positions)
        return total, unread, 0.0 if oldest is None else max(0.0, self.now() - oldest / 1e9)

    def _own_figures(self) -> dict[tuple[str, Labels], float]:
        """Gauges and counters of the watchman itself, and of gateways and model servers."""
        total, unread, lag = self._journal_sizes()
        out: dict[tuple[str, Labels], float] = {
            ("sereno_ingest_lag_seconds", ()): lag,
            ("sereno_journal_bytes", ()): total,
            ("sereno_journal_unread_bytes", ()): unread,
        }
        out.update((("llm_requests_in_flight", (model,)), 0) for model in self.labels.known())
        out.update(self._running.figures(self.labels))
        out.update(self._upstreams.figures())
        out.update({} if self._spans is None else self._spans.figures())
        out.update(self._budgets.figures())
        for attachment in self._attachments:
            out.update(attachment.figures())
        out.update((("sereno_ingest_errors_total", (why,)), count) for why, count in dict(self.ingest.errors).items())
        failures = dict(self.ingest.enrich_failures.counts)
        out.update((("sereno_enrich_failures_total", (name,)), count) for name, count in failures.items())
        out.update((("sereno_retention_deleted_total", (what,)), n) for what, n in self._retention.deleted.items())
        with self._http_lock:
            out.update((("sereno_http_requests_total", (at, str(code))), n) for (at, code), n in self._http.items())
        for name, state in self._schedule.states.items():
            out["sereno_job_runs_total", (name, "success")] = state.successes
            out["sereno_job_runs_total", (name, "error")] = state.errors
            if state.seconds is not None:
                out["sereno_job_duration_seconds", (name,)] = state.seconds
            if state.succeeded_at is not None:
                out["sereno_job_last_success_timestamp_seconds", (name,)] = state.succeeded_at
        return out


def _sender(options: KeeperOptions, store: Store, instance: str, clock: Callable[[], float]) -> SpanSender | None:
    """Who sends spans, None where nobody shall."""
    if options.spans is None:
        return None
    from sereno.keeper.spans import SpanSender  # noqa: PLC0415  protobuf, which no other start should wait for

    return SpanSender(options.spans, store, options.data / SPANS_FILE, instance, clock)

"""Journal to store: a thread that reads, decodes, threads conversations and commits, exactly once.

Batch and journal positions are one transaction of the store. So whatever is killed when, a restart reads on exactly
where the store stands: nothing is stored twice and nothing that the journal holds is lost. A store that fails is asked
again with the same batch, ever more slowly, and the journal is kept. A batch whose own content is refused is halved
until the one bad record is found, counted and passed over. Segments are deleted only behind committed positions.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from threading import Event, Lock, Thread
from time import perf_counter, time
from typing import NamedTuple

import msgspec

from sereno.calls import Call, Exchange, Position
from sereno.errors import JournalError, StoreError
from sereno.journal.reader import JournalReader
from sereno.keeper.content import record_of
from sereno.keeper.enrich import ENERGY, EnrichFailures, enriched, metered
from sereno.keeper.failures import passes, reason_of
from sereno.keeper.labels import ModelLabels, answered_models
from sereno.keeper.options import KeeperOptions
from sereno.keeper.sessions import threaded
from sereno.keeper.tails import Item, Tail, merged
from sereno.metrics.account import account_all
from sereno.metrics.exemplars import Exemplar, ExemplarKey, exemplars_of
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, Record, Store
from sereno.wire.decode import decode

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
"""Seconds between two attempts at a store that fails: doubled up to the longest."""
BUSIEST_PAUSE = 0.25
"""Longest pause while calls keep coming: each batch costs something, so dearer batches come less often."""
LAST_LOOK = 5.0
"""Seconds that storing may take after the keeper was told to end."""
DELETE_SECONDS = 2.0
"""How often stored segments are looked for."""


class Ready(NamedTuple):
    """One journal frame, ready to be stored: its worker's position behind it, and its record if it held a call."""

    after: Position
    record: Record | None


class Ingest:
    """Stores what gateways wrote.

    Args:
        reader: the journal.
        store: where calls go.
        labels: the model labels.
        writes: held while the store is written.
        options: the keeper's options.
        observe: told name and seconds of each store query.
        clock: epoch seconds.
        ollama_upstreams: names of the model servers known to be Ollama (`Upstreams.ollama`). A call is decoded once, so
            a batch that is tried again is the same; what is learned counts from then on and changes no stored call.

    Attributes:
        stored: calls committed by this process.
        poisoned: damaged frames and refused records passed over by this process.
        errors: failed attempts by reason.
        enrich_failures: calls that an enricher left as they were.
        failing_since: epoch seconds since when no attempt succeeds, None while all is well.
        last_error: the last failure as a sentence.
        exemplars: trace ids by histogram bucket.
    """

    def __init__(
        self,
        reader: JournalReader,
        store: Store,
        labels: ModelLabels,
        writes: Lock,
        options: KeeperOptions,
        observe: Callable[[str, float], None],
        clock: Callable[[], float] = time,
        ollama_upstreams: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        self._ollama_upstreams = ollama_upstreams
        self._reader = reader
        self._store = store
        self._labels = labels
        self._writes = writes
        self._options = options
        self._observe = observe
        self._clock = clock
        self._tails: dict[int, Tail] | None = None
        self._committed: dict[int, Position] = {}
        self._pending: list[tuple[Tail, Item]] = []
        self._delete_at = 0.0
        self._stop = Event()
        self._thread: Thread | None = None
        self.stored = 0
        self.poisoned = 0
        self.errors: dict[str, int] = {}
        self.enrich_failures = EnrichFailures([*([ENERGY] if options.meter else []), *options.enrichers])
        self.failing_since: float | None = None
        self.last_error: str | None = None
        self.exemplars: dict[ExemplarKey, Exemplar] = {}

    def start(self) -> None:
        """Begin in a thread of its own."""
        self._thread = Thread(target=self._run, name="sereno-ingest", daemon=True)
        self._thread.start()

    def close(self, timeout: float = 30.0) -> None:
        """End after a last look at the journal; what is not stored within seconds stays there."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)

    @property
    def positions(self) -> list[Position]:
        """Up to where this DATA folder's workers are stored."""
        return list(self._committed.values())

    def step(self) -> int:
        """Store one batch; returns how many frames it held.

        Raises:
            StoreError, OSError, JournalError: nothing was lost; the same step can be tried again.
        """
        if self._tails is None:
            self._begin()
        assert self._tails is not None
        for worker in self._reader.workers():
            if worker not in self._tails:
                self._tails[worker] = Tail(self._reader, self._reader.start(worker), self._decode)
        tails = list(self._tails.values())
        if not self._pending:
            size, share = self._options.batch_calls, max(1, self._options.batch_bytes // max(1, len(tails)))
            for tail in tails:
                tail.fill(size, share)
            self._pending = self._enriched(merged(tails, size))
        moved = any(tail.position != self._committed.get(worker, tail.start) for worker, tail in self._tails.items())
        if not moved:
            return 0
        frames = len(self._pending)
        self._commit_all(self._prepared())
        self._pending = []
        return frames

    def _decode(self, exchange: Exchange) -> Call:
        return decode(exchange, self._ollama_upstreams())

    def _enriched(self, taken: Sequence[tuple[Tail, Item]]) -> list[tuple[Tail, Item]]:
        """The same items, once and for all: a batch that is tried again is the same."""
        options, failed = self._options, self.enrich_failures.note
        calls = metered([item.call for _, item in taken if item.call is not None], options.meter, failed)
        following = iter([enriched(call, options.enrichers, failed) for call in calls])
        return [(tail, item if item.call is None else item._replace(call=next(following))) for tail, item in taken]

    def _begin(self) -> None:
        """Ask the store how far it is."""
        stored = {p.worker: p for p in self._store.positions() if p.instance == self._reader.instance}
        self._labels.claim(())
        self._committed = stored
        self._tails = {worker: Tail(self._reader, position, self._decode) for worker, position in stored.items()}

    def _prepared(self) -> list[Ready]:
        """The pending items with sessions, content rules and labels applied."""
        began = perf_counter()
        calls = threaded([item.call for _, item in self._pending if item.call is not None], self._store.threads)
        self._observe("threads", perf_counter() - began)
        self._labels.claim(answered_models(calls))
        following = iter(calls)
        ready = []
        for _, item in self._pending:
            record = None
            if item.exchange is not None:
                call = next(following)
                record = self._record(call, item)
            ready.append(Ready(item.after, record))
        return ready

    def _record(self, call: Call, item: Item) -> Record:
        assert item.exchange is not None
        try:
            return record_of(call, item.exchange, self._options.content, self._options.masks)
        except Exception:
            # A mask or an image that cannot be handled must not let content through, nor stop the others.
            log.exception("the content of call %s is left out: it could not be prepared", call.id)
            return Record(msgspec.structs.replace(call, prompt="", response="", error_message=None), None)

    def _commit_all(self, ready: Sequence[Ready]) -> None:
        """Commit everything; halves what the store refuses for its content."""
        assert self._tails is not None
        base = dict(self._committed)
        ends = {worker: tail.position for worker, tail in self._tails.items()}
        damage = sum(tail.damage_before(tail.position) for tail in self._tails.values())
        try:
            self._halving(list(ready), ends, damage)
        except BaseException:
            # Only what was committed is gone: the rest is read again.
            if self._committed != base or damage:
                self._tails, self._pending = None, []
            raise

    def _halving(self, ready: list[Ready], ends: dict[int, Position], damage: int) -> None:
        try:
            self._commit(ready, ends, damage)
        except Exception as error:
            if passes(error) or not ready:
                raise
            self._note("rejected", error)
            if len(ready) == 1:
                log.exception("a record was refused by the store and is passed over")
                self._commit([ready[0]._replace(record=None)], ends, damage)
                return
            middle = len(ready) // 2
            first = dict(self._committed)
            first.update((entry.after.worker, entry.after) for entry in ready[:middle])
            self._halving(ready[:middle], first, 0)
            self._halving(ready[middle:], ends, damage)

    def _commit(self, ready: Sequence[Ready], ends: dict[int, Position], damage: int) -> None:
        """One batch, one transaction."""
        records = [entry.record for entry in ready if entry.record is not None]
        calls = [record.call for record in records]
        increments = account_all(calls, self._labels)
        poisoned = damage + len(ready) - len(records)
        _count(increments, len(records), poisoned)
        moved = [p for worker, p in sorted(ends.items()) if p != self._committed.get(worker)]
        batch = Batch(id=self._batch_id(moved), records=records, increments=increments, positions=moved)
        began = perf_counter()
        with self._writes:
            self._store.add(batch)
        self._observe("add", perf_counter() - began)
        self._committed.update((position.worker, position) for position in moved)
        self.stored += len(records)
        self.poisoned += poisoned
        self.exemplars.update(exemplars_of(calls, self._labels))

    def _batch_id(self, moved: Sequence[Position]) -> str:
        parts = []
        for to in moved:
            start = self._committed.get(to.worker) or self._reader.start(to.worker)
            parts.append(f"{to.worker}:{start.segment}.{start.offset}-{to.segment}.{to.offset}")
        return f"{self._reader.instance}/{','.join(parts)}"

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            began = perf_counter()
            try:
                frames = self.step()
            except (StoreError, OSError, JournalError) as error:
                self._note(reason_of(error), error)
                self._stop.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            except Exception as error:
                log.exception("ingest goes on after an unexpected failure")
                self._note("other", error)
                self._tails, self._pending = None, []
                self._stop.wait(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                continue
            pause, self.failing_since = FIRST_PAUSE, None
            self.delete_stored()
            if frames < self._options.batch_calls:
                idle = self._options.idle_seconds
                self._stop.wait(idle if not frames else min(BUSIEST_PAUSE, max(idle, 4 * (perf_counter() - began))))

        self._last_look()

    def _last_look(self) -> None:
        """Store what the gateways, which ended before, left: for a few seconds; the rest waits in the journal."""
        deadline = perf_counter() + LAST_LOOK
        try:
            while perf_counter() < deadline and self.step():
                pass
        except Exception as error:  # noqa: BLE001  nothing is lost, and the end must come
            log.warning("the last calls wait in the journal: %s", error)

    def _note(self, reason: str, error: Exception) -> None:
        self.errors[reason] = self.errors.get(reason, 0) + 1
        if self.failing_since is None:
            self.failing_since = self._clock()
        sentence = str(error) or type(error).__name__
        if sentence != self.last_error:
            log.warning("storing failed, it is tried again: %s", sentence)
        self.last_error = sentence

    def delete_stored(self) -> None:
        """Remove segments whose every frame is committed."""
        now = perf_counter()
        if now < self._delete_at:
            return
        self._delete_at = now + DELETE_SECONDS
        for position in self.positions:
            try:
                self._reader.delete_before(position)
            except OSError as error:
                log.warning("a stored journal segment could not be removed: %s", error)


def _count(increments: Increments, calls: int, poisoned: int) -> None:
    """The keeper's own counters, committed with the batch so that they are as exact as the calls."""
    increments.count("sereno_ingest_batches_total", ())
    if calls:
        increments.count("sereno_calls_ingested_total", (), calls)
    if poisoned:
        increments.count("sereno_journal_poisoned_frames_total", (), poisoned)

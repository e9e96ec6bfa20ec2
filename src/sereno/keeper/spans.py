"""Sends every stored LLM call as a span, in the order of ingest, and remembers how far it came.

The store is the buffer: while the collector is away nothing is held in memory, and what it missed is sent when it is
back, unless it ended longer ago than `max_age`. How far it came is written to DATA after every batch that was taken,
so a killed keeper sends at most the last batch twice; those spans have the same ids. Ingest knows nothing of this.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import time

import msgspec

from sereno import __version__
from sereno.calls import Call
from sereno.errors import StoreError, UpstreamError
from sereno.metrics.increments import Labels
from sereno.store.base import Store
from sereno.store.whole_file import replace_whole
from sereno.tracing import names
from sereno.tracing.attributes import Attributes, attributes_of
from sereno.tracing.content import content_of
from sereno.tracing.endpoint import exporter_of
from sereno.tracing.options import SpanOptions
from sereno.tracing.outcome import Exporter, Outcome
from sereno.tracing.parameters import parameters_of
from sereno.tracing.span import request_of, span_of

log = logging.getLogger(__name__)

BATCH = 256
BATCH_BYTES = 1 << 20
"""Spans and bytes of one batch, uncompressed: a gRPC server takes 4 MiB by default, and one span is at most 0.5 MiB."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two attempts at a collector that fails: doubled up to the longest."""
DOUBTS = 5
"""Attempts at a batch whose refusal may be its own fault."""


class _Cursor(msgspec.Struct):
    """The file in DATA: the ingest sequence up to which calls were handled, in the store of that name."""

    sequence: int


class SpanSender:
    """The job that sends.

    Args:
        options: what to send.
        store: where the calls are.
        path: file for how far it came. Without one it begins with the calls stored from now on.
        instance: UUID text of the DATA folder, `service.instance.id` of the spans.
        clock: epoch seconds.
        exporter: who sends; by the options if not given.

    Attributes:
        interval: seconds between two looks.
        sent: spans taken by the collector since the keeper started.
        dropped: spans never to be sent, by `expired`, `refused` or `unreadable`.
        failures: attempts that failed, by `outcome.Reason`.
    """

    def __init__(
        self,
        options: SpanOptions,
        store: Store,
        path: Path,
        instance: str,
        clock: Callable[[], float] = time,
        exporter: Exporter | None = None,
    ) -> None:
        self.interval = options.interval
        self._options = options
        self._store = store
        self._path = path
        self._clock = clock
        self._exporter = exporter
        self._resource: Attributes = {
            names.SERVICE_NAME: options.service,
            names.SERVICE_VERSION: __version__,
            names.SERVICE_INSTANCE: instance,
        }
        self._sequence: int | None = None
        self._size = BATCH
        self._pause = 0.0
        self._retry_at = 0.0
        self._doubts = 0
        self._trouble = ""
        self.sent = 0
        self.dropped = {"expired": 0, "refused": 0, "unreadable": 0}
        self.failures: dict[str, int] = {}

    def run(self, stop: Event) -> None:
        """Send what is new.

        Raises:
            UpstreamError: the collector does not take spans; nothing is lost before `max_age`.
            StoreError, OSError: the calls cannot be read, or the place not be kept; likewise.
        """
        if self._clock() < self._retry_at:
            raise UpstreamError(self._trouble)
        while not stop.is_set():
            found = self._store.calls_after(self.begin(), self._size)
            if not found:
                return
            self._handle(found)

    def figures(self) -> dict[tuple[str, Labels], float]:
        """What `/metrics` shows of it."""
        out: dict[tuple[str, Labels], float] = {("sereno_spans_sent_total", ()): self.sent}
        out.update((("sereno_spans_dropped_total", (why,)), count) for why, count in self.dropped.items())
        out.update((("sereno_spans_failures_total", (why,)), count) for why, count in dict(self.failures).items())
        if self._sequence is not None:
            with suppress(StoreError, OSError):
                out["sereno_spans_pending", ()] = max(0, self._store.last_sequence() - self._sequence)
        return out

    def close(self) -> None:
        """Close the connection to the collector."""
        if self._exporter is not None:
            self._exporter.close()

    def begin(self) -> int:
        """The ingest sequence to go on after; asked before ingest starts, so that a first start misses no call."""
        if self._sequence is None:
            self._sequence = self._found()
        return self._sequence

    def _found(self) -> int:
        last = self._store.last_sequence()
        try:
            sequence = msgspec.json.decode(self._path.read_bytes(), type=_Cursor).sequence
        except FileNotFoundError:
            self._keep(last)
            return last
        except ValueError as error:
            log.warning("%s is not what was written there (%s); spans begin with the calls from now on",
                        self._path, error)  # fmt: skip
            self._keep(last)
            return last
        if sequence > last:  # the store was replaced by an older one
            log.warning("the store holds %d calls and spans were sent up to %d; they begin with the calls from now on",
                        last, sequence)  # fmt: skip
            self._keep(last)
            return last
        return sequence

    def _handle(self, found: Sequence[tuple[int, Call]]) -> None:
        """Send as many of these as one batch may hold, and move on behind them."""
        oldest = -1.0 if self._options.max_age is None else self._clock() - self._options.max_age
        spans, size = [], 0
        left_out = dict.fromkeys(self.dropped, 0)
        for sequence, call in found:
            reached = sequence
            if not call.is_llm:
                continue
            if call.ended_at < oldest:
                left_out["expired"] += 1
                continue
            try:
                spans.append(span_of(call, self._attributes(call)))
            except ValueError as error:
                left_out["unreadable"] += 1
                log.warning("call %s is no span: %s", call.id, error)
                continue
            size += spans[-1].ByteSize()
            if size >= BATCH_BYTES:
                break
        if spans:
            if self._exporter is None:
                self._exporter = exporter_of(self._options.endpoint)
            outcome = self._exporter.send(request_of(spans, self._resource, ("sereno", __version__)))
            if not self._settled(outcome, len(spans)):
                return
        for why, count in left_out.items():
            self.dropped[why] += count
        self._keep(reached)
        self._sequence = reached

    def _attributes(self, call: Call) -> Attributes:
        attributes = attributes_of(call, self._options.servers)
        detail = self._store.call(call.id)
        if detail is not None:
            if detail.exchange is not None:
                attributes |= parameters_of(call, detail.exchange)
            if self._options.content == "messages":
                attributes |= content_of(detail.call, detail.exchange)
        return attributes

    def _settled(self, outcome: Outcome, spans: int) -> bool:
        """Whether the batch is done with; False to send it again in another size.

        Raises:
            UpstreamError: it is to be sent again later.
        """
        if outcome.kind == "accepted":
            self._note_success(outcome, spans)
            return True
        self.failures[outcome.reason] = self.failures.get(outcome.reason, 0) + 1
        if outcome.kind == "too_large" and self._size > 1:
            self._size = max(1, self._size // 2)
            return False
        if outcome.kind == "doubtful":
            self._doubts += 1
        if outcome.kind in {"refused", "too_large"} or self._doubts >= DOUBTS:
            self.dropped["refused"] += spans
            self._doubts = 0
            log.warning("%d spans are dropped: %s", spans, outcome.message)
            return True
        self._pause = min(LONGEST_PAUSE, max(FIRST_PAUSE, self._pause * 2))
        wait = self._pause if outcome.retry_after is None else max(outcome.retry_after, self._pause)
        self._retry_at = self._clock() + wait
        self._trouble = outcome.message
        raise UpstreamError(outcome.message)

    def _note_success(self, outcome: Outcome, spans: int) -> None:
        rejected = min(outcome.rejected, spans)
        self.sent += spans - rejected
        self.dropped["refused"] += rejected
        if outcome.message:
            log.warning("%s", outcome.message)
        self._pause, self._retry_at, self._doubts = 0.0, 0.0, 0
        self._size = min(BATCH, self._size * 2)

    def _keep(self, sequence: int) -> None:
        replace_whole(self._path, msgspec.json.encode(_Cursor(sequence)))

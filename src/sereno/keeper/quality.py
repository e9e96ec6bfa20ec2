"""Quality in a keeper: new calls are checked, feedback finds its call, figures of models stand on `/metrics`.

Checks run beside ingest, from the store. When more calls came than a run may take, a sample is looked at: rates and
their intervals stand for all, and what was looked at is what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from threading import Event
from time import time

import msgspec

from sereno.calls import Call, Exchange
from sereno.conventions import OTHER_MODEL
from sereno.keeper.schedule import Job
from sereno.metrics.increments import Labels
from sereno.quality.checks import Answer, checked
from sereno.quality.structure import Wanted, wanted_of
from sereno.query.quality import model_changes, model_scores
from sereno.store.base import CallQuery, Store
from sereno.store.ledger import Ledger, quality_checks, quality_feedback
from sereno.store.ledger.quality_feedback import Feedback
from sereno.wire.coding import decode_body
from sereno.wire.request import coding_of

EVERY_SECONDS = 15.0
LOOK_SECONDS = 30.0
MOST_CALLS = 2_000
"""Calls that one run looks at."""
PAGE = 100
DAY = 86400.0
KEEP_DAYS = 400
"""Hours of counts that are kept; the sums over all time stay."""
FEEDBACK_WAITS = DAY
"""How long feedback waits for a call that has not been stored yet."""
TRACE_REACH = 3600.0
"""How long before feedback on a trace its call may have started."""
MOST_TRACED = 5_000
_JSON_WORDS = (b"format", b"json_schema")
_WHAT = "checks"


class QualityWatch:
    """An attachment: checks what is answered, for all keepers on one ledger.

    Args:
        ledger: where quality is kept.
        store: where calls are.
        clock: epoch seconds.
    """

    def __init__(self, ledger: Ledger, store: Store, clock: Callable[[], float] = time) -> None:
        self._ledger = ledger
        self._store = store
        self._clock = clock
        self._figures: Mapping[tuple[str, Labels], float] = {}

    def jobs(self) -> Sequence[Job]:
        """Check new calls, which one keeper does for all; look at what is known."""
        return [
            Job(name="quality_checks", every=EVERY_SECONDS, run=self.check, lease=True, delay=5.0),
            Job(name="quality", every=LOOK_SECONDS, run=self.look, delay=1.0),
        ]

    def check(self, stop: Event | None = None) -> None:
        """Look at the answers that came since the last run, and at feedback whose call was not known.

        Raises:
            StoreError: ledger or store do not answer; nothing is counted twice.
        """
        with self._ledger.read() as connection:
            begin = noted = quality_checks.reached(connection, _WHAT)
        last = self._store.last_sequence()
        if last < begin:  # the store was replaced by an earlier one
            begin = -1
        counts: dict[tuple[int, str, str], tuple[int, int]] = {}
        for sequence, call in self._chosen(begin, last):
            if stop is not None and stop.is_set():
                last = sequence - 1  # what was looked at is kept, the rest comes next time
                break
            for name, failed in self._look_at(call):
                hour = int(call.ended_at // quality_checks.HOUR * quality_checks.HOUR)
                key = (hour, call.model or OTHER_MODEL, name)
                before = counts.get(key, (0, 0))
                counts[key] = (before[0] + 1, before[1] + failed)
        if last > begin or counts:
            with self._ledger.write() as connection:
                # A run may outlast its lease: what another keeper counted meanwhile is not counted again.
                if quality_checks.reach(connection, _WHAT, last, before=noted):
                    quality_checks.add(connection, counts)
                    quality_checks.delete_before(connection, self._clock() - KEEP_DAYS * DAY)
        self._resolve()

    def _chosen(self, begin: int, last: int) -> Iterator[tuple[int, Call]]:
        """New calls, or one of each n where they are too many for one run."""
        every = CallQuery(llm=True)
        if last - begin > MOST_CALLS:
            stride = -(-(last - begin) // MOST_CALLS)
            seen, draw = begin, Random(begin)  # noqa: S311  a sample, no secret
            for place in range(begin, last, stride):
                chosen = place + draw.randrange(stride)  # not every n-th: traffic may have a rhythm of its own
                for sequence, call in self._store.calls_after(max(chosen, seen), 1, every):
                    if sequence > last:
                        return
                    seen = sequence
                    yield sequence, call
            return
        while begin < last:
            found = self._store.calls_after(begin, PAGE, every)
            for sequence, call in found:
                if sequence > last:
                    return
                yield sequence, call
            if not found:
                return
            begin = found[-1][0]

    def _look_at(self, short: Call) -> Iterator[tuple[str, bool]]:
        """The checks of one call; those that failed or answer no text have nothing to be looked at."""
        if short.status != "success" or short.operation not in {"chat", "text_completion"}:
            return
        detail = self._store.call(short.id)
        if detail is None or (detail.exchange is None and not detail.call.response):
            return  # content is not kept: nothing can be said of it
        call = detail.call
        found = checked(
            Answer(
                prompt=call.prompt, response=call.response, finish_reason=call.finish_reason,
                tool_calls=call.tool_calls, wanted=None if detail.exchange is None else _wanted(detail.exchange),
            )
        )  # fmt: skip
        yield from found.items()

    def _resolve(self) -> None:
        """Find who answered what feedback is about."""
        with self._ledger.read() as connection:
            waiting = quality_feedback.unresolved(connection, self._clock() - FEEDBACK_WAITS, MOST_CALLS)
        for one in waiting:
            call = found_call(self._store, one)
            if call is None or call.model is None:
                continue
            with self._ledger.write() as connection:
                quality_feedback.resolve(connection, one.id, model=call.model, call_id=call.id)

    def look(self, stop: Event | None = None) -> None:  # noqa: ARG002  a job is told when to stop; this one is short
        """See what is known of models.

        Raises:
            StoreError: the ledger does not answer.
        """
        slots = self._store.model_slots()
        out: dict[tuple[str, Labels], float] = {}

        def add(name: str, labels: Labels, value: float) -> None:
            out[name, labels] = out.get((name, labels), 0.0) + value

        with self._ledger.read() as connection:
            for count in quality_checks.totals(connection):
                model = slots.get(count.model, OTHER_MODEL)
                add("llm_quality_checks_total", (count.check, model, "fail"), count.failed)
                add("llm_quality_checks_total", (count.check, model, "pass"), count.checked - count.failed)
            for row in quality_feedback.satisfaction(connection):
                model = slots.get(row.model or "", OTHER_MODEL)
                add("llm_feedback_total", (model, "up"), row.good)
                add("llm_feedback_total", (model, "down"), row.bad)
            for name, score in model_scores(connection, self._clock()).items():
                if name in slots and score.value is not None:
                    out["llm_quality_score", (slots[name],)] = score.value
            for name, moved in model_changes(connection, self._clock()).items():
                if name in slots:
                    for bound in ("value", "low", "high"):
                        out["llm_quality_change", (slots[name], bound)] = getattr(moved, bound)
        self._figures = out

    def figures(self) -> Mapping[tuple[str, Labels], float]:
        """As of the last look."""
        return self._figures

    def close(self) -> None:
        """Nothing is held."""


def found_call(store: Store, one: Feedback) -> Call | None:
    """The call that a word is about: by its id, its trace, or the last answer of its session before the word."""
    if one.call_id is not None:
        detail = store.call(one.call_id)
        return None if detail is None else detail.call
    if one.session is not None:
        page = store.calls(CallQuery(session=one.session, llm=True, end=one.at, limit=1))
        return page.calls[0] if page.calls else None
    query = CallQuery(llm=True, start=one.at - TRACE_REACH, end=one.at, limit=500)
    for _ in range(MOST_TRACED // query.limit):
        found = store.calls(query)
        for call in found.calls:
            if call.trace_id == one.trace_id:
                return call
        if found.next is None:
            return None
        query = msgspec.structs.replace(query, cursor=found.next)
    return None


def _wanted(exchange: Exchange) -> Wanted | None:
    """The form that a request asked for; most bodies need not be read to see that they name none."""
    coding = coding_of(exchange.request_headers)
    body = decode_body(exchange.request_body, coding, ()).body if coding else exchange.request_body
    if exchange.request_truncated or not any(word in body for word in _JSON_WORDS):
        return None
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return wanted_of(said) if isinstance(said, dict) else None

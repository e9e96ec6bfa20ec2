"""Calls become spans in a real collector: none lost, none doubled beyond a batch, and ingest never waits for it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import msgspec
import pytest

from keeper.harness import START, drain, make
from sereno.calls import Exchange
from sereno.errors import UpstreamError
from sereno.keeper.keeper import Keeper
from sereno.keeper.options import KeeperOptions
from sereno.keeper.spans import BATCH, DOUBTS, FIRST_PAUSE, LONGEST_PAUSE, SpanSender
from sereno.store.sqlite import SqliteStore
from sereno.tracing.attributes import server_of
from sereno.tracing.endpoint import Endpoint, exporter_of
from sereno.tracing.options import SpanOptions
from sereno.tracing.outcome import Outcome
from tracing.collector import Answer, Collected, http_collector, values

NOW = START / 1e9 + 60
NOBODY = "http://127.0.0.1:1"


class Given:
    """An exporter that answers as told, then takes everything."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.sizes: list[int] = []

    def send(self, request: bytes) -> Outcome:
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        (resource,) = ExportTraceServiceRequest.FromString(request).resource_spans
        self.sizes.append(len(resource.scope_spans[0].spans))
        return self.outcomes.pop(0) if self.outcomes else Outcome(kind="accepted")

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def collector() -> Iterator[Collected]:
    with http_collector() as running:
        yield running


def sender(data: Path, store: SqliteStore, url: str = NOBODY, exporter: Given | None = None, now: float = NOW,
           **changes: object) -> SpanSender:  # fmt: skip
    endpoint = Endpoint(url=url, timeout=5.0)
    options = msgspec.structs.replace(
        SpanOptions(endpoint=endpoint, servers={"default": server_of("http://10.0.0.7:11434")}), **changes
    )
    return SpanSender(options, store, data / "spans.json", "i-1", lambda: now, exporter)


def ingest(data: Path, store: SqliteStore) -> None:
    drain(make(data, store))


def from_the_start(data: Path) -> None:
    (data / "spans.json").write_text('{"sequence":-1}')


def call_ids(collected: Collected) -> list[str]:
    return [values(span)["sereno.call.id"] for span in collected.spans]


def test_every_stored_llm_call_arrives_once(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], collector: Collected
) -> None:
    one = sender(data, store, collector.url)
    one.begin()  # as the keeper does before ingest
    traceparent = ((b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),)
    write([exchange(i, at=i, request_headers=traceparent) for i in range(5)] + [exchange(9, target="/api/tags")])
    ingest(data, store)
    one.run(Event())
    stored = [call for _, call in store.calls_after(-1, 100) if call.is_llm]
    assert call_ids(collector) == [call.id for call in stored]
    assert len(stored) == 5
    assert {span.parent_span_id.hex() for span in collector.spans} == {"00f067aa0ba902b7"}
    found = values(collector.spans[0])
    assert found["server.address"] == "10.0.0.7"
    assert found["gen_ai.conversation.id"] == stored[0].identity.session
    resource = {p.key: p.value.string_value for p in collector.requests[0].resource_spans[0].resource.attributes}
    assert (resource["service.name"], resource["service.instance.id"]) == ("sereno", "i-1")
    one.run(Event())
    assert len(collector.spans) == 5
    assert one.figures()["sereno_spans_sent_total", ()] == 5
    assert one.figures()["sereno_spans_pending", ()] == 0
    one.close()
    # A restart goes on where the last one was.
    write([exchange(20, at=20)], worker=1)
    ingest(data, store)
    again = sender(data, store, collector.url)
    again.run(Event())
    again.close()
    assert len(collector.spans) == 6
    assert len(set(call_ids(collector))) == 6


def test_a_first_start_begins_with_the_calls_from_now_on(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    write([exchange(i) for i in range(3)])
    ingest(data, store)
    exporter = Given()
    sender(data, store, exporter=exporter).run(Event())
    assert exporter.sizes == []


def test_what_an_absent_collector_missed_arrives_when_it_is_back(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], collector: Collected
) -> None:
    from_the_start(data)
    write([exchange(i, at=i) for i in range(4)])
    ingest(data, store)
    away = sender(data, store)
    with pytest.raises(UpstreamError, match="cannot be reached"):
        away.run(Event())
    assert away.failures == {"unreachable": 1}
    with pytest.raises(UpstreamError, match="cannot be reached"):
        away.run(Event())
    assert away.failures == {"unreachable": 1}  # it is left in peace meanwhile
    assert away.figures()["sereno_spans_pending", ()] == store.last_sequence() + 1
    away.close()
    back = sender(data, store, collector.url)
    back.run(Event())
    back.close()
    assert len(collector.spans) == 4


def test_what_waited_too_long_is_dropped_and_counted(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(0, at=0), exchange(1, at=100)])
    ingest(data, store)
    exporter = Given()
    late = sender(data, store, exporter=exporter, now=START / 1e9 + 150, max_age=100.0)
    late.run(Event())
    assert exporter.sizes == [1]
    assert late.dropped == {"expired": 1, "refused": 0, "unreadable": 0}


def test_a_batch_that_is_refused_for_good_is_dropped_and_the_next_goes_on(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(i) for i in range(BATCH + 3)])
    ingest(data, store)
    exporter = Given(Outcome(kind="refused", reason="refused", message="no"))
    one = sender(data, store, exporter=exporter)
    one.run(Event())
    assert exporter.sizes == [BATCH, 3]
    assert (one.dropped["refused"], one.sent) == (BATCH, 3)


def test_too_large_batches_are_halved(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(i) for i in range(BATCH)])
    ingest(data, store)
    large = Outcome(kind="too_large", reason="refused", message="413")
    exporter = Given(large, large)
    one = sender(data, store, exporter=exporter)
    one.run(Event())
    assert exporter.sizes[:3] == [BATCH, BATCH // 2, BATCH // 4]
    assert one.sent == sum(exporter.sizes[2:]) == BATCH


def test_one_span_that_is_too_large_alone_is_dropped(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(i) for i in range(2)])
    ingest(data, store)
    large = Outcome(kind="too_large", reason="refused", message="413")
    one = sender(data, store, exporter=Given(*[large] * 9))
    one.run(Event())
    assert one.sent == 1
    assert one.dropped["refused"] == 1


def test_doubtful_refusals_are_tried_a_few_times(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(0)])
    ingest(data, store)
    now = [NOW]
    exporter = Given(*[Outcome(kind="doubtful", reason="refused", message="500")] * (DOUBTS + 1))
    one = SpanSender(
        SpanOptions(endpoint=Endpoint(url=NOBODY)), store, data / "spans.json", "i", lambda: now[0], exporter
    )
    for _ in range(DOUBTS - 1):
        with pytest.raises(UpstreamError, match="500"):
            one.run(Event())
        now[0] += LONGEST_PAUSE
    one.run(Event())
    assert one.dropped["refused"] == 1
    assert len(exporter.sizes) == DOUBTS


def test_pauses_double_and_the_collectors_own_wish_counts(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    from_the_start(data)
    write([exchange(0)])
    ingest(data, store)
    now = [NOW]
    busy = Outcome(kind="wait", reason="busy", message="busy")
    exporter = Given(busy, busy, msgspec.structs.replace(busy, retry_after=20.0))
    one = SpanSender(
        SpanOptions(endpoint=Endpoint(url=NOBODY)), store, data / "spans.json", "i", lambda: now[0], exporter
    )
    with pytest.raises(UpstreamError, match="busy"):
        one.run(Event())
    for tries, pause in enumerate((FIRST_PAUSE, 2 * FIRST_PAUSE, 20.0), 1):
        began = now[0]
        now[0] = began + pause - 0.1
        with pytest.raises(UpstreamError, match="busy"):
            one.run(Event())
        assert len(exporter.sizes) == tries  # it was not asked
        now[0] = began + pause
        with suppress(UpstreamError):
            one.run(Event())
        assert len(exporter.sizes) == tries + 1
    assert one.sent == 1


def test_a_keeper_killed_after_sending_sends_only_that_batch_again_with_the_same_ids(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], collector: Collected
) -> None:
    from_the_start(data)
    write([exchange(i) for i in range(BATCH + 10)])
    ingest(data, store)
    real = exporter_of(Endpoint(url=collector.url))
    sent = []

    class Killed:
        def send(self, request: bytes) -> Outcome:
            outcome = real.send(request)
            sent.append(request)
            if len(sent) == 2:
                raise KeyboardInterrupt  # between the collector's word and the note of it
            return outcome

        def close(self) -> None:
            real.close()

    endpoint = SpanOptions(endpoint=Endpoint(url=collector.url))
    with pytest.raises(KeyboardInterrupt):
        SpanSender(endpoint, store, data / "spans.json", "i", lambda: NOW, Killed()).run(Event())
    again = sender(data, store, collector.url)
    again.run(Event())
    again.close()
    real.close()
    assert len(collector.spans) == BATCH + 20
    assert len({span.span_id for span in collector.spans}) == BATCH + 10


@pytest.mark.parametrize("text", ["", "{broken", '{"sequence":"x"}', '{"sequence":99}'])
def test_a_cursor_that_does_not_fit_begins_with_now(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], text: str
) -> None:
    write([exchange(i) for i in range(3)])
    ingest(data, store)
    (data / "spans.json").write_text(text)
    exporter = Given()
    sender(data, store, exporter=exporter).run(Event())
    assert exporter.sizes == []
    assert json.loads((data / "spans.json").read_text()) == {"sequence": store.last_sequence()}


def test_content_only_when_asked_for(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], collector: Collected
) -> None:
    from_the_start(data)
    write([exchange(0, messages=(("user", "a secret question"),), answer="a secret answer")])
    ingest(data, store)
    plain = sender(data, store, collector.url)
    plain.run(Event())
    plain.close()
    assert b"secret" not in collector.requests[0].SerializeToString()
    from_the_start(data)
    full = sender(data, store, collector.url, content="messages")
    full.run(Event())
    full.close()
    found = values(collector.spans[1])
    assert "a secret question" in found["gen_ai.input.messages"]
    assert "a secret answer" in found["gen_ai.output.messages"]
    assert collector.spans[0].span_id == collector.spans[1].span_id


def wait_until(true: Callable[[], bool]) -> None:
    deadline = monotonic() + 60
    while not true():
        assert monotonic() < deadline
        sleep(0.01)


def test_a_collector_that_hangs_delays_no_call(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange], collector: Collected
) -> None:
    hanging, release = Event(), Event()

    def hang() -> Answer:
        hanging.set()
        release.wait(60)
        return 200, {}, b""

    collector.answers.append(hang)
    spans = SpanOptions(endpoint=Endpoint(url=collector.url, timeout=60.0), interval=0.05, max_age=None)
    keeper = Keeper(KeeperOptions(data=data, spans=spans), store)
    keeper.start()
    try:
        write([exchange(0)])
        assert hanging.wait(60)
        Thread(target=write, args=([exchange(i) for i in range(1, 20)], 1), daemon=True).start()
        wait_until(lambda: keeper.ingest.stored == 20)
        assert not collector.requests  # stored while the collector still holds the first batch
        assert b"sereno_spans_pending" in keeper.exposition("")[0]
        release.set()
        wait_until(lambda: len(collector.spans) == 20)
    finally:
        release.set()
        keeper.close()
    assert len(set(call_ids(collector))) == 20


def test_a_collector_that_is_away_shows_in_health(
    data: Path, store: SqliteStore, write: Callable[..., None], exchange: Callable[..., Exchange]
) -> None:
    spans = SpanOptions(endpoint=Endpoint(url=NOBODY), interval=0.05, max_age=None)
    keeper = Keeper(KeeperOptions(data=data, spans=spans), store)
    keeper.start()
    try:
        write([exchange(0)])
        wait_until(lambda: any(check.name == "job:spans" for check in keeper.health().checks))
        (check,) = (check for check in keeper.health().checks if check.name == "job:spans")
        assert check.status == "degraded"
        assert "the collector at http://127.0.0.1:1/v1/traces cannot be reached" in check.detail
    finally:
        keeper.close()

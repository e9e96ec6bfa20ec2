"""The SDK's sender: where to, and that the application never waits or breaks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from threading import Event

import pytest

from sereno.sdk import sender
from sereno.sdk.sender import Finished, Sender
from tracing.collector import Answer, Collected, http_collector, values

SPAN = Finished("a", "internal", "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "", 1, 2, {}, failed=False)


@pytest.fixture
def collector() -> Iterator[Collected]:
    with http_collector() as running:
        yield running
        sender.configure(None)


def program(text: str, **variables: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", text], env={"PATH": os.environ["PATH"], **variables}, capture_output=True, text=True,
        check=True, timeout=60,
    ).stderr  # fmt: skip


def test_the_environment_says_where_to_and_the_last_spans_arrive(collector: Collected) -> None:
    program(
        "from sereno import span\nwith span('last'): pass",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20t, x=1",
        OTEL_SERVICE_NAME="shop",
    )
    assert [span.name for span in collector.spans] == ["last"]
    assert collector.paths == ["/v1/traces"]
    assert (collector.headers[0]["authorization"], collector.headers[0]["x"]) == ("Bearer t", "1")


def test_nothing_is_sent_where_nothing_is_configured(collector: Collected) -> None:
    text = "import threading; from sereno import span\nwith span('x'): pass\nassert threading.active_count() == 1"
    assert program(text) == ""
    assert program(text, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SDK_DISABLED="true") == ""
    assert program(text, OTEL_EXPORTER_OTLP_ENDPOINT="nonsense").strip().endswith("no http:// or https:// address")
    assert collector.requests == []


def test_a_forked_child_sends_its_own(collector: Collected) -> None:
    program(
        "import os; from sereno import span\nwith span('parent'): pass\n"
        "if os.fork() == 0:\n with span('child'): pass\n raise SystemExit\nos.wait()",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector.url,
    )
    assert sorted(span.name for span in collector.spans) == ["child", "parent"]


def test_an_absent_collector_costs_spans_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    one = Sender("http://127.0.0.1:1/v1/traces", "x", {})
    one.put(SPAN)
    assert one.flush(30)
    assert (one.sent, one.dropped) == (0, 1)
    assert "cannot be reached" in caplog.text


def test_a_busy_collector_is_asked_again_and_a_refusal_is_final(collector: Collected) -> None:
    collector.answers += [(503, {}, b""), (200, {}, b""), (400, {}, b"")]
    one = Sender(collector.url + "/v1/traces", "x", {})
    one.put(SPAN)
    assert one.flush(30)
    assert (one.sent, one.dropped) == (1, 0)
    one.put(SPAN)
    assert one.flush(30)
    assert (one.sent, one.dropped) == (1, 1)


def test_a_full_queue_drops_and_does_not_wait(collector: Collected) -> None:
    release = Event()

    def hang() -> Answer:
        release.wait(60)
        return 200, {}, b""

    collector.answers.append(hang)
    one = Sender(collector.url + "/v1/traces", "x", {})
    for _ in range(sender.QUEUE * 2):
        one.put(SPAN)
    assert sender.QUEUE - sender.BATCH <= one.dropped <= sender.QUEUE
    release.set()
    one.close(60)
    assert one.sent + one.dropped == 2 * sender.QUEUE
    assert len(collector.spans) == one.sent
    assert values(collector.spans[0]) == {}

"""OTLP/HTTP against a real socket: what is sent, and what each answer means (OTLP specification, §OTLP/HTTP)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from threading import Event

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from sereno.tracing.endpoint import Endpoint, exporter_of
from sereno.tracing.otlp_http import HttpExporter
from sereno.tracing.outcome import REASONS
from tracing.collector import Answer, Collected, http_collector


@pytest.fixture
def collector() -> Iterator[Collected]:
    with http_collector() as running:
        yield running


def test_protobuf_with_gzip_goes_to_the_path_of_traces(collector: Collected) -> None:
    exporter = exporter_of(Endpoint(url=collector.url, headers=(("authorization", "Bearer t"),)))
    assert exporter.send(b"").kind == "accepted"
    exporter.close()
    assert collector.paths == ["/v1/traces"]
    assert collector.headers[0]["content-type"] == "application/x-protobuf"
    assert collector.headers[0]["content-encoding"] == "gzip"
    assert collector.headers[0]["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("http://c:4318", "http://c:4318/v1/traces"),
        ("http://c/otlp/", "http://c/otlp/v1/traces"),
        ("http://c/x/v1/traces", "http://c/x/v1/traces"),
    ],
)
def test_the_path_is_added_unless_it_is_there(url: str, full: str) -> None:
    assert HttpExporter(Endpoint(url=url)).url == full


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (200, "accepted", ""), (202, "accepted", ""), (400, "refused", "refused"), (401, "wait", "unauthorized"),
        (403, "wait", "unauthorized"), (404, "wait", "protocol"), (413, "too_large", "refused"),
        (429, "wait", "busy"), (500, "doubtful", "refused"), (502, "wait", "busy"), (503, "wait", "busy"),
        (504, "wait", "busy"), (302, "wait", "protocol"), (599, "doubtful", "refused"),
    ],
)  # fmt: skip
def test_what_an_answer_means(collector: Collected, status: int, kind: str, reason: str) -> None:
    collector.answers.append((status, {"location": "http://127.0.0.1:1/"}, b""))
    outcome = HttpExporter(Endpoint(url=collector.url)).send(b"")
    assert (outcome.kind, outcome.reason) == (kind, reason)
    assert reason in {"", *REASONS}
    assert (str(status) in outcome.message) == (kind != "accepted")


def test_retry_after_in_seconds_and_as_a_date(collector: Collected) -> None:
    # The date of RFC 9110 §5.6.7 is 784111777 s after the epoch.
    exporter = HttpExporter(Endpoint(url=collector.url), clock=lambda: 784111770.0)
    for text, seconds in [
        ("30", 30.0), ("Sun, 06 Nov 1994 08:49:37 GMT", 7.0), ("Sun, 06 Nov 1994 08:49:00 GMT", 0.0),
        ("999999", 600.0), ("soon", None), ("-3", None), ("9" * 400, None),
    ]:  # fmt: skip
        collector.answers.append((503, {"retry-after": text}, b""))
        assert exporter.send(b"").retry_after == seconds, text
    exporter.close()


def test_spans_that_were_left_out_are_told(collector: Collected) -> None:
    partial = ExportTracePartialSuccess(rejected_spans=3, error_message="too old")
    collector.answers.append((200, {}, ExportTraceServiceResponse(partial_success=partial).SerializeToString()))
    outcome = HttpExporter(Endpoint(url=collector.url)).send(b"")
    assert (outcome.kind, outcome.rejected) == ("accepted", 3)
    assert "too old" in outcome.message


@pytest.mark.parametrize("body", [b"\xff\xff\xff", b"{}", b"x" * 300_000])
def test_a_success_is_one_whatever_it_says(collector: Collected, body: bytes) -> None:
    collector.answers.append((200, {}, body))
    assert HttpExporter(Endpoint(url=collector.url)).send(b"").kind == "accepted"


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        outcome = HttpExporter(Endpoint(url=f"http://127.0.0.1:{unused.getsockname()[1]}")).send(b"")
    assert (outcome.kind, outcome.reason) == ("wait", "unreachable")
    assert "cannot be reached" in outcome.message


def test_a_collector_that_does_not_answer_is_left_after_the_timeout(collector: Collected) -> None:
    done = Event()

    def late() -> Answer:
        done.wait(60)
        return 200, {}, b""

    collector.answers.append(late)
    outcome = HttpExporter(Endpoint(url=collector.url, timeout=0.2)).send(b"")
    done.set()
    assert (outcome.kind, outcome.reason) == ("wait", "timeout")


def test_something_else_than_http_is_unreachable() -> None:
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.9\r\n")

        Thread(target=answer, daemon=True).start()
        outcome = HttpExporter(Endpoint(url=f"http://127.0.0.1:{server.getsockname()[1]}")).send(b"")
    assert (outcome.kind, outcome.reason) == ("wait", "unreachable")

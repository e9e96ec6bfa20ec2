"""OTLP/gRPC against a real server made from the official service definition."""

from __future__ import annotations

import socket
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

from sereno.errors import ConfigError
from sereno.tracing.endpoint import Endpoint, exporter_of
from sereno.tracing.otlp_grpc import GrpcExporter
from tracing.collector import grpc_collector

ONE = ExportTraceServiceRequest(
    resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[Span(name="chat m", span_id=b"12345678")])])]
)


def test_a_batch_arrives_with_its_metadata() -> None:
    with grpc_collector() as collector:
        exporter = exporter_of(Endpoint(url=collector.url, protocol="grpc", headers=(("authorization", "Bearer t"),)))
        assert exporter.send(ONE.SerializeToString()).kind == "accepted"
        exporter.close()
    assert collector.requests == [ONE]
    assert collector.headers[0]["authorization"] == "Bearer t"


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (grpc.StatusCode.UNAVAILABLE, "wait", "unreachable"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "wait", "busy"),
        (grpc.StatusCode.DATA_LOSS, "wait", "busy"),
        (grpc.StatusCode.UNAUTHENTICATED, "wait", "unauthorized"),
        (grpc.StatusCode.UNIMPLEMENTED, "wait", "protocol"),
        (grpc.StatusCode.INVALID_ARGUMENT, "refused", "refused"),
        (grpc.StatusCode.INTERNAL, "doubtful", "refused"),
    ],
)
def test_what_a_code_means(code: grpc.StatusCode, kind: str, reason: str) -> None:
    with grpc_collector([(code, "because")]) as collector:
        exporter = GrpcExporter(Endpoint(url=collector.url, protocol="grpc"))
        outcome = exporter.send(ONE.SerializeToString())
        exporter.close()
    assert (outcome.kind, outcome.reason) == (kind, reason)
    assert "because" in outcome.message


def test_more_than_a_server_takes_is_too_large() -> None:
    big = Span(name="x" * 5_000_000)
    request = ExportTraceServiceRequest(resource_spans=[ResourceSpans(scope_spans=[ScopeSpans(spans=[big])])])
    with grpc_collector() as collector:
        exporter = GrpcExporter(Endpoint(url=collector.url, protocol="grpc"))
        assert exporter.send(request.SerializeToString()).kind == "too_large"
        exporter.close()


def test_nobody_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        exporter = GrpcExporter(Endpoint(url=f"http://127.0.0.1:{unused.getsockname()[1]}", protocol="grpc", timeout=5))
        outcome = exporter.send(b"")
        exporter.close()
    assert outcome.kind == "wait"
    assert outcome.reason in {"unreachable", "timeout"}


def test_certificates_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"tracing\.ca_file"):
        GrpcExporter(Endpoint(url="https://collector:4317", protocol="grpc", ca_file=tmp_path / "none.pem"))


def test_the_usual_port_is_the_default() -> None:
    assert GrpcExporter(Endpoint(url="http://[::1]", protocol="grpc")).target == "[::1]:4317"

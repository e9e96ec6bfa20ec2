"""A collector for tests: takes OTLP over HTTP and gRPC and decodes it with the official protobufs."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import grpc
from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

Answer = tuple[int, dict[str, str], bytes]


class Collected:
    """What arrived; `answers` are given in turn before ordinary ones, and may be functions that take their time."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.answers: list[Answer | Callable[[], Answer]] = []
        self.url = ""

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def values(span: Span) -> dict[str, Any]:
    """The attributes of a span as Python values."""
    out: dict[str, Any] = {}
    for pair in span.attributes:
        kind = pair.value.WhichOneof("value")
        assert kind is not None
        value = getattr(pair.value, kind)
        out[pair.key] = [one.string_value for one in value.values] if kind == "array_value" else value
    return out


def decoded(body: bytes, content_type: str) -> ExportTraceServiceRequest:
    """A request in either of OTLP/HTTP's two forms; in JSON, ids are hex where protobuf's own mapping has base64."""
    if content_type == "application/x-protobuf":
        return ExportTraceServiceRequest.FromString(body)
    assert content_type == "application/json"
    document = json.loads(body)
    for resource in document["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId", "parentSpanId"):
                    span[name] = b64encode(bytes.fromhex(span[name])).decode()
    return json_format.ParseDict(document, ExportTraceServiceRequest())


@contextmanager
def http_collector() -> Iterator[Collected]:
    collected = Collected()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = collected.answers.pop(0) if collected.answers else (200, {}, b"")
            status, fields, reply = answer() if callable(answer) else answer
            collected.paths.append(self.path)
            collected.headers.append({name.lower(): value for name, value in self.headers.items()})
            if status == 200:
                plain = gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body
                collected.requests.append(decoded(plain, self.headers.get_content_type()))
            try:
                self.send_response(status)
                for name, value in {"content-length": str(len(reply)), **fields}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply)
            except OSError:  # the sender gave up waiting
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name in the standard library
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A sender that hangs up is part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    collected.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield collected
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def grpc_collector(codes: list[tuple[grpc.StatusCode, str]] | None = None) -> Iterator[Collected]:
    """`codes` are answered in turn before successes."""
    collected = Collected()
    waiting = list(codes or ())

    class Service(TraceServiceServicer):
        def Export(self, request: Any, context: Any) -> ExportTraceServiceResponse:  # noqa: N802  gRPC's name
            collected.headers.append(dict(context.invocation_metadata()))
            if waiting:
                context.abort(*waiting.pop(0))
            collected.requests.append(request)
            return ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(2))
    add_TraceServiceServicer_to_server(Service(), server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    collected.url = f"http://127.0.0.1:{port}"
    try:
        yield collected
    finally:
        server.stop(0).wait()

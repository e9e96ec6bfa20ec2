"""Spans of recorded traffic, decoded with the official protobufs: names and values as the GenAI conventions say."""

from __future__ import annotations

import msgspec
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from captures.loader import LLAMA_CPP, NAMES, exchange
from sereno.calls import Call
from sereno.tracing.attributes import attributes_of, server_of
from sereno.tracing.parameters import parameters_of
from sereno.tracing.span import request_of, span_of
from sereno.wire.decode import decode
from tracing.collector import values

SERVERS = {"default": server_of("http://127.0.0.1:11435")}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"  # the example of W3C Trace Context §3.2


def call(name: str, **changes: object) -> Call:
    return msgspec.structs.replace(decode(exchange(name)), upstream="default", **changes)


def sent(one: Call, **more: str) -> Span:
    encoded = request_of([span_of(one, attributes_of(one, SERVERS) | more)], {"service.name": "x"}, ("sereno", "1"))
    (resource,) = ExportTraceServiceRequest.FromString(encoded).resource_spans
    assert [(pair.key, pair.value.string_value) for pair in resource.resource.attributes] == [("service.name", "x")]
    (scope,) = resource.scope_spans
    assert (scope.scope.name, scope.scope.version) == ("sereno", "1")
    (span,) = scope.spans
    return span


def test_a_streamed_chat() -> None:
    one = call("chat_stream", trace_id=TRACE, span_id=PARENT)
    span = sent(one)
    assert span.name == "chat smollm2:135m"
    assert span.kind == Span.SPAN_KIND_CLIENT
    assert (span.trace_id.hex(), span.parent_span_id.hex()) == (TRACE, PARENT)
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9 == pytest.approx(one.timing.total, abs=1e-6)
    assert span.start_time_unix_nano / 1e9 == pytest.approx(one.started_at)
    found = values(span)
    assert found["gen_ai.operation.name"] == "chat"
    assert found["gen_ai.provider.name"] == "ollama"
    assert found["gen_ai.request.model"] == "smollm2:135m"
    assert found["gen_ai.request.stream"] is True
    assert found["gen_ai.response.finish_reasons"] == ["stop"]
    assert found["gen_ai.usage.input_tokens"] == one.usage.input_tokens
    assert found["gen_ai.usage.output_tokens"] == one.usage.output_tokens
    assert 0 < found["gen_ai.response.time_to_first_chunk"] < one.timing.total
    assert (found["server.address"], found["server.port"]) == ("127.0.0.1", 11435)
    assert "error.type" not in found


def test_without_a_caller_the_call_is_its_own_trace() -> None:
    one = call("chat_nostream", trace_id=None, span_id=None)
    span = sent(one)
    assert span.trace_id.hex() == one.id.replace("-", "")
    assert span.parent_span_id == b""
    assert len(span.span_id) == 8
    assert span.span_id.strip(b"\0")
    assert span == sent(one)  # sent twice it is the same span
    assert "gen_ai.request.stream" not in values(span)
    assert "gen_ai.response.time_to_first_chunk" not in values(span)


def test_a_failure_has_an_error_type_and_a_message() -> None:
    one = call("chat_unknown_model")
    span = sent(one)
    assert span.status.code == Status.STATUS_CODE_ERROR
    assert span.status.message == one.error_message
    assert values(span)["error.type"] == "http_4xx"
    assert values(span)["http.response.status_code"] == 404


def test_a_client_that_left_is_no_error() -> None:
    span = sent(call("chat_client_disconnect"))
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert values(span)["sereno.status"] == "aborted"
    assert "error.type" not in values(span)


@pytest.mark.parametrize("name", [*NAMES, *LLAMA_CPP])
def test_no_recorded_content_is_in_a_span(name: str) -> None:
    one = decode(exchange(name))
    if not one.is_llm:
        return
    span = span_of(one, attributes_of(one, SERVERS) | parameters_of(one, exchange(name)))
    assert not {"gen_ai.input.messages", "gen_ai.output.messages"} & values(span).keys()
    for text in (one.prompt, one.response):
        if len(text) > 20:
            assert text.encode()[:40] not in span.SerializeToString()


def test_texts_that_protobuf_refuses_are_mended() -> None:
    span = sent(call("chat_nostream"), odd="a\ud800b")
    assert values(span)["odd"] == "a?b"


def test_providers_by_the_names_of_the_conventions() -> None:
    assert server_of("https://api.mistral.ai", "mistral").provider == "mistral_ai"
    assert server_of("https://api.x.ai/", "x-ai").provider == "x_ai"
    assert server_of("http://gpu:8000", "local").provider == ""
    assert server_of("http://[::1]:8000").address == "::1"

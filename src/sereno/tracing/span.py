"""A call as the protobuf message of one span (opentelemetry-proto, trace/v1/trace.proto).

Ids come from the call's own id, so a span that is sent twice is the same span. Where the caller sent no `traceparent`
the call is a trace of its own, and its id is the trace's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from sereno.calls import Call, id_bytes
from sereno.tracing.attributes import Attributes, Value

_SAMPLED, _HAS_IS_REMOTE, _IS_REMOTE = 0x01, 0x100, 0x200


def span_of(call: Call, attributes: Attributes) -> Span:
    """The span of a call: kind CLIENT, real start and end, child of the caller's span.

    Args:
        call: the call; its id must be a UUID (`ValueError`).
        attributes: what the span carries.
    """
    own = id_bytes(call.id)
    trace, parent = call.trace_id, call.span_id
    model = call.request_model or call.model
    start = round(call.started_at * 1e9)
    failed = call.status == "error"
    return Span(
        trace_id=bytes.fromhex(trace) if trace else own,
        span_id=own[8:],
        parent_span_id=bytes.fromhex(parent) if trace and parent else b"",
        flags=_SAMPLED | _HAS_IS_REMOTE | (_IS_REMOTE if trace and parent else 0),
        name=f"{call.operation} {model}" if model else call.operation,
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=start,
        end_time_unix_nano=start + round(call.timing.total * 1e9),
        attributes=_pairs(attributes),
        status=Status(code=Status.STATUS_CODE_ERROR, message=_text(call.error_message or "")) if failed else None,
    )


def request_of(spans: Iterable[Span], resource: Mapping[str, Value], scope: tuple[str, str]) -> bytes:
    """One encoded `ExportTraceServiceRequest`.

    Args:
        spans: the batch.
        resource: attributes of the service that they are sent for.
        scope: name and version of what made them.
    """
    name, version = scope
    inside = ScopeSpans(scope=InstrumentationScope(name=name, version=version), spans=spans)
    whole = ResourceSpans(resource=Resource(attributes=_pairs(resource)), scope_spans=[inside])
    return ExportTraceServiceRequest(resource_spans=[whole]).SerializeToString()


def _pairs(attributes: Mapping[str, Value]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_any(value)) for key, value in attributes.items()]


def _any(value: Value) -> AnyValue:
    if isinstance(value, str):
        return AnyValue(string_value=_text(value))
    if isinstance(value, bool):
        return AnyValue(bool_value=value)
    if isinstance(value, int):
        return AnyValue(int_value=value)
    if isinstance(value, float):
        return AnyValue(double_value=value)
    return AnyValue(array_value=_array(value))


def _array(texts: Sequence[str]) -> ArrayValue:
    return ArrayValue(values=[AnyValue(string_value=_text(text)) for text in texts])


def _text(text: str) -> str:
    """Protobuf refuses lone surrogates."""
    return text.encode("utf-8", "replace").decode()

"""OTLP over gRPC (OTLP specification 1.9, §OTLP/gRPC): one unary call a batch, gzip."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

import grpc

from sereno.errors import ConfigError
from sereno.tracing.endpoint import Endpoint
from sereno.tracing.otlp_http import accepted
from sereno.tracing.outcome import Outcome

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_OPTIONS = (
    ("grpc.enable_http_proxy", 0),  # the configured address or nothing
    ("grpc.max_receive_message_length", 64 * 1024),
    ("grpc.initial_reconnect_backoff_ms", 500),
    ("grpc.max_reconnect_backoff_ms", 5000),
)
_BUSY = {
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.OUT_OF_RANGE,
    grpc.StatusCode.DATA_LOSS,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
"""Codes that the specification calls retryable, beside DEADLINE_EXCEEDED and UNAVAILABLE."""


class GrpcExporter:
    """Sends to one collector; keeps its channel.

    Args:
        endpoint: the collector; an `https` address speaks TLS.

    Raises:
        ConfigError: the certificates cannot be read.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        parts = urlsplit(endpoint.url)
        secure = parts.scheme == "https"
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self.target = f"{host}:{parts.port or 4317}"
        self._channel = (
            grpc.secure_channel(
                self.target, _credentials(endpoint), options=_OPTIONS, compression=grpc.Compression.Gzip
            )
            if secure
            else grpc.insecure_channel(self.target, options=_OPTIONS, compression=grpc.Compression.Gzip)
        )
        self._export = self._channel.unary_unary(METHOD, request_serializer=_same, response_deserializer=_same)

    def send(self, request: bytes) -> Outcome:
        """Send one batch."""
        try:
            body = self._export(request, timeout=self._endpoint.timeout, metadata=self._endpoint.headers)
        except grpc.RpcError as error:
            return self._failed(cast("grpc.Call", error))  # what a blocking call raises is its call as well
        return accepted(body, self.target)

    def close(self) -> None:
        """Close the channel."""
        self._channel.close()

    def _failed(self, error: grpc.Call) -> Outcome:
        code, detail = error.code(), str(error.details() or "")[:200]
        said = f"the collector at {self.target} answered {code.name}: {detail}"
        if code is grpc.StatusCode.UNAVAILABLE:
            sentence = f"the collector at {self.target} cannot be reached: {detail}"
            return Outcome(kind="wait", reason="unreachable", message=sentence)
        if code is grpc.StatusCode.DEADLINE_EXCEEDED:
            sentence = f"the collector at {self.target} did not answer within {self._endpoint.timeout:g} s"
            return Outcome(kind="wait", reason="timeout", message=sentence)
        if code is grpc.StatusCode.RESOURCE_EXHAUSTED and "larger than max" in detail:
            return Outcome(kind="too_large", reason="refused", message=said)
        if code in _BUSY:
            return Outcome(kind="wait", reason="busy", message=said)
        if code in {grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED}:
            hint = "it wants credentials: put them into tracing.headers_file"
            return Outcome(kind="wait", reason="unauthorized", message=f"{said}; {hint}")
        if code in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.NOT_FOUND}:
            hint = "tracing.endpoint should be an OTLP/gRPC address such as http://127.0.0.1:4317"
            return Outcome(kind="wait", reason="protocol", message=f"{said}; {hint}")
        if code is grpc.StatusCode.INVALID_ARGUMENT:
            return Outcome(kind="refused", reason="refused", message=said)
        return Outcome(kind="doubtful", reason="refused", message=said)


def _same(message: bytes) -> bytes:
    """Messages are encoded already."""
    return message


def _credentials(endpoint: Endpoint) -> grpc.ChannelCredentials:
    if endpoint.ca_file is None:
        return grpc.ssl_channel_credentials()
    try:
        return grpc.ssl_channel_credentials(endpoint.ca_file.read_bytes())
    except OSError as error:
        raise ConfigError(f"tracing.ca_file {endpoint.ca_file} cannot be read: {error.strerror}") from error

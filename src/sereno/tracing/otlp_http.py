"""OTLP over HTTP: binary protobuf, gzip (OTLP specification 1.9, §OTLP/HTTP).

Beyond the specification, which drops what got any other status, a batch that was refused for a wrong address or a
missing token is kept: it stands in the store anyway, and an operator mends the setting.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from ssl import SSLContext, create_default_context
from time import monotonic, time
from urllib.parse import urlsplit

import httpx
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from sereno.tracing.endpoint import Endpoint
from sereno.tracing.outcome import Outcome

PATH = "/v1/traces"
_MOST_ANSWER = 64 * 1024
_LONGEST_WAIT = 600.0


class HttpExporter:
    """Sends to one collector; keeps its connection. Proxies of the environment are not used, redirects not followed.

    Args:
        endpoint: the collector.
        clock: epoch seconds, for a `Retry-After` that names a date.
    """

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float] = time) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self.url = endpoint.url if urlsplit(endpoint.url).path.endswith(PATH) else endpoint.url.rstrip("/") + PATH
        self._client: httpx.Client | None = None

    def send(self, request: bytes) -> Outcome:
        """Send one batch."""
        deadline = monotonic() + self._endpoint.timeout
        try:
            if self._client is None:
                self._client = self._connected()
            with self._client.stream("POST", self.url, content=gzip.compress(request, 1, mtime=0)) as response:
                body = bytearray()
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _MOST_ANSWER:
                        break
                    if monotonic() > deadline:
                        raise httpx.ReadTimeout("the answer took too long")
                return self._outcome(response, bytes(body))
        except httpx.TimeoutException:
            self.close()
            sentence = f"the collector at {self.url} did not answer within {self._endpoint.timeout:g} s"
            return Outcome(kind="wait", reason="timeout", message=sentence)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            self.close()
            why = (str(error) or type(error).__name__)[:200]
            sentence = f"the collector at {self.url} cannot be reached: {why}"
            return Outcome(kind="wait", reason="unreachable", message=sentence)

    def close(self) -> None:
        """Close the connection."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _connected(self) -> httpx.Client:
        headers = {"content-type": "application/x-protobuf", "content-encoding": "gzip", "user-agent": "sereno"}
        return httpx.Client(
            headers=headers | dict(self._endpoint.headers),
            timeout=self._endpoint.timeout,
            verify=self._tls(),
            follow_redirects=False,
            trust_env=False,
        )

    def _tls(self) -> SSLContext | bool:
        return create_default_context(cafile=self._endpoint.ca_file) if self._endpoint.ca_file else True

    def _outcome(self, response: httpx.Response, body: bytes) -> Outcome:
        status = response.status_code
        if 200 <= status < 300:
            return accepted(body, self.url)
        said = f"the collector at {self.url} answered {_named(status)}"
        if status == 413:
            return Outcome(kind="too_large", reason="refused", message=said)
        if status in {400, 422}:
            return Outcome(kind="refused", reason="refused", message=said)
        if status in {429, 502, 503, 504}:
            wait = self._retry_after(response.headers.get("retry-after", ""))
            return Outcome(kind="wait", reason="busy", message=said, retry_after=wait)
        if status in {401, 403}:
            hint = "it wants credentials: put them into tracing.headers_file"
            return Outcome(kind="wait", reason="unauthorized", message=f"{said}; {hint}")
        if status < 500:
            hint = "tracing.endpoint should be an OTLP/HTTP address such as http://127.0.0.1:4318"
            return Outcome(kind="wait", reason="protocol", message=f"{said}; {hint}")
        return Outcome(kind="doubtful", reason="refused", message=said)

    def _retry_after(self, text: str) -> float | None:
        """Seconds of a Retry-After field (RFC 9110 §10.2.3), None without a right one."""
        if text.isascii() and text.isdigit() and len(text) < 10:
            return min(float(text), _LONGEST_WAIT)
        try:
            return min(max(0.0, parsedate_to_datetime(text).timestamp() - self._clock()), _LONGEST_WAIT)
        except (ValueError, TypeError, OverflowError):
            return None


def accepted(body: bytes, url: str) -> Outcome:
    """The outcome of a success, whose body may tell of spans that were left out."""
    try:
        partial = ExportTraceServiceResponse.FromString(body).partial_success
    except DecodeError:  # a success is one, whatever form its body has
        return Outcome(kind="accepted")
    if not partial.rejected_spans and not partial.error_message:
        return Outcome(kind="accepted")
    said = f"the collector at {url} left out {partial.rejected_spans} spans: {partial.error_message[:200]}"
    return Outcome(kind="accepted", rejected=max(0, partial.rejected_spans), message=said)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)

"""Sends finished spans to a collector in the background: OTLP over HTTP, JSON form.

Where to is told by OpenTelemetry's own environment variables, read when the first span ends. Without an endpoint
nothing is kept and no thread runs. The application never waits: what the queue does not hold, or the collector does not
take in a few tries, is dropped and counted.
"""

from __future__ import annotations

import atexit
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from queue import Empty, Full, Queue
from threading import Lock, Thread
from time import monotonic, sleep
from urllib.parse import unquote

log = logging.getLogger("sereno.sdk")

QUEUE, BATCH = 2048, 256
EVERY, TRIES, TIMEOUT, LAST = 1.0, 3, 10.0, 2.0
"""Seconds a span waits for company, attempts at a batch, seconds for each, seconds for the rest at the end."""
_NUMBERS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
"""How protobuf's JSON mapping writes what JSON has no number for."""
KINDS = {"internal": 1, "server": 2, "client": 3}


@dataclass(frozen=True, slots=True)
class Finished:
    """A span that ended; times are epoch nanoseconds, ids hex digits, `parent_id` "" for a trace's first."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    started_ns: int
    ended_ns: int
    attributes: Mapping[str, str | bool | int | float]
    failed: bool


class Sender:
    """Sends to one collector.

    Args:
        url: where spans are posted.
        service: `service.name`.
        headers: further header fields.

    Attributes:
        sent, dropped: spans taken by the collector, and lost.
    """

    def __init__(self, url: str, service: str, headers: Mapping[str, str]) -> None:
        self._url = url
        self._service = service
        self._headers = {"Content-Type": "application/json", **headers}
        self._queue: Queue[Finished] = Queue(QUEUE)
        self._said = ""
        self._deadline: float | None = None
        self.sent = 0
        self.dropped = 0
        self._thread = Thread(target=self._run, name="sereno-sdk", daemon=True)
        self._thread.start()

    def put(self, span: Finished) -> None:
        """Take a span; drops it when the queue is full."""
        try:
            self._queue.put_nowait(span)
        except Full:
            self.dropped += 1

    def flush(self, seconds: float) -> bool:
        """Wait until all is sent or dropped, at most this long; whether it is."""
        deadline = monotonic() + seconds
        while self._queue.unfinished_tasks and monotonic() < deadline:
            sleep(0.01)
        return not self._queue.unfinished_tasks

    def close(self, seconds: float = LAST) -> None:
        """Send what is there without waiting for company, at most this long."""
        self._deadline = monotonic() + seconds
        self.flush(seconds)

    def _run(self) -> None:
        while True:
            batch = self._batch()
            try:
                self._post(batch)
            finally:
                for _ in batch:
                    self._queue.task_done()

    def _batch(self) -> list[Finished]:
        batch = [self._queue.get()]
        until = monotonic() + EVERY
        while len(batch) < BATCH:
            left = 0.0 if self._deadline is not None else until - monotonic()
            try:
                batch.append(self._queue.get(timeout=min(left, 0.05)) if left > 0 else self._queue.get_nowait())
            except Empty:
                if left <= 0:
                    break
        return batch

    def _post(self, batch: list[Finished]) -> None:
        import json  # noqa: PLC0415  see below
        from urllib.error import HTTPError, URLError  # noqa: PLC0415  an import of the SDK should cost nothing
        from urllib.request import ProxyHandler, Request, build_opener  # noqa: PLC0415  see above

        body = json.dumps(document(batch, self._service)).encode()
        opener = build_opener(ProxyHandler({}))
        trouble = ""
        for number in range(TRIES):
            try:
                with opener.open(Request(self._url, body, self._headers), timeout=TIMEOUT):  # noqa: S310  http or https
                    self.sent += len(batch)
                    self._said = ""
                    return
            except HTTPError as error:
                trouble = f"answered {error.code}"
                if error.code not in {429, 502, 503, 504}:
                    break
            except (URLError, OSError, ValueError) as error:
                trouble = f"cannot be reached: {getattr(error, 'reason', error)}"
            if self._deadline is not None and monotonic() > self._deadline:
                break
            sleep(0.5 * 2**number if self._deadline is None else 0.05)
        self.dropped += len(batch)
        if trouble != self._said:
            log.warning("spans are dropped: the collector at %s %s", self._url, trouble)
        self._said = trouble


_lock = Lock()
_sender: Sender | None = None
_configured = False


def configure(endpoint: str | None, service: str = "", headers: Mapping[str, str] | None = None) -> Sender | None:
    """Send to this collector from now on, None for nowhere; returns who does it.

    Args:
        endpoint: base address (`/v1/traces` is added), or the whole one.
        service: `service.name`; `OTEL_SERVICE_NAME` without one.
        headers: further header fields.
    """
    global _sender, _configured  # noqa: PLW0603  one sender a process
    with _lock:
        _configured = True
        _sender = None
        if endpoint:
            url = endpoint if endpoint.endswith("/v1/traces") else endpoint.rstrip("/") + "/v1/traces"
            name = service or os.environ.get("OTEL_SERVICE_NAME") or "unknown_service"
            if url.startswith(("http://", "https://")):
                _sender = Sender(url, name, headers or {})
                atexit.register(_sender.close)
            else:
                log.warning("spans go nowhere: %r is no http:// or https:// address", endpoint)
        return _sender


def send(span: Finished) -> None:
    """Hand over a span that ended."""
    if not _configured:
        _from_environment()
    if _sender is not None:
        _sender.put(span)


def _from_environment() -> None:
    """OpenTelemetry's variables (specification, OTLP exporter configuration)."""
    variables = os.environ
    off = variables.get("OTEL_SDK_DISABLED", "").lower() == "true" or variables.get("OTEL_TRACES_EXPORTER") == "none"
    endpoint = variables.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or variables.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    text = variables.get("OTEL_EXPORTER_OTLP_TRACES_HEADERS") or variables.get("OTEL_EXPORTER_OTLP_HEADERS") or ""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    headers = {name.strip(): unquote(value.strip()) for name, _, value in pairs}
    configure(None if off else endpoint, headers=headers)


def _forget() -> None:
    """A forked child has no sender's thread: it makes its own."""
    global _sender, _configured, _lock
    _sender, _configured, _lock = None, False, Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def document(batch: list[Finished], service: str) -> dict[str, object]:
    """An `ExportTraceServiceRequest` in OTLP's JSON form: ids in hex, 64-bit integers as text."""
    spans = [
        {
            "traceId": span.trace_id,
            "spanId": span.span_id,
            "parentSpanId": span.parent_id,
            "name": span.name,
            "kind": KINDS[span.kind],
            "startTimeUnixNano": str(span.started_ns),
            "endTimeUnixNano": str(span.ended_ns),
            "attributes": _pairs(span.attributes),
            "status": {"code": 2} if span.failed else {},
            "flags": 1,
        }
        for span in batch
    ]
    resource = {"attributes": _pairs({"service.name": service})}
    return {
        "resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "sereno.sdk"}, "spans": spans}]}]
    }


def _pairs(attributes: Mapping[str, str | bool | int | float]) -> list[dict[str, object]]:
    return [{"key": key, "value": _any(value)} for key, value in attributes.items()]


def _any(value: str | bool | float) -> dict[str, object]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value if isfinite(value) else _NUMBERS[str(value)]}
    return {"stringValue": value}

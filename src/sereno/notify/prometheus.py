"""A running Prometheus, asked for one moment's values over its HTTP API v1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import msgspec

from sereno.errors import SerenoError

if TYPE_CHECKING:
    import httpx

TIMEOUT = 60.0
"""Seconds that connecting and each read may take: a question about 30 days may be long."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer."""


class PrometheusError(SerenoError):
    """Prometheus cannot be reached, or answers what it must not."""

    exit_code = 3


class _Sample(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Data(msgspec.Struct):
    result: list[_Sample]


class _Answer(msgspec.Struct):
    status: str
    data: _Data | None = None
    error: str = ""


class Prometheus:
    """One Prometheus.

    Args:
        url: its address, with the prefix it may have.
        transport: in place of the network, for tests.
    """

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        import httpx  # noqa: PLC0415  50 ms that only commands which ask need

        self.url = url.rstrip("/")
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False, transport=transport)

    def by_job(self, query: str) -> dict[str, float]:
        """The values of an instant query by `job`; those that are no number are left out.

        Raises:
            PrometheusError: it does not answer, or not so.
        """
        found: dict[str, float] = {}
        for sample in self._ask(query):
            try:
                value = float(sample.value[1])
            except ValueError:
                continue
            if not math.isnan(value):
                found[sample.metric.get("job", "")] = value
        return found

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _ask(self, query: str) -> list[_Sample]:
        import httpx  # noqa: PLC0415  see __init__

        content = b""
        try:
            with self._http.stream("POST", f"{self.url}/api/v1/query", data={"query": query}) as answer:
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise PrometheusError(f"{self.url} answers more than {LARGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PrometheusError(f"Prometheus cannot be reached at {self.url} ({error}); set --prometheus") from None
        try:
            found: Any = msgspec.json.decode(content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise PrometheusError(f"{self.url} does not answer as Prometheus does; set --prometheus") from None
        if found.status != "success" or found.data is None:
            raise PrometheusError(f"Prometheus refused {query!r}: {found.error[:200]}")
        result: list[_Sample] = found.data.result
        return result

"""A running Prometheus, asked for values, series and alert rules over its HTTP API v1."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

import msgspec

from sereno.errors import SerenoError

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
TIMEOUT = 60.0
"""Seconds that connecting and each read may take: a question about 30 days may be long."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer."""


class PrometheusError(SerenoError):
    """Prometheus cannot be reached, or answers what it must not."""

    exit_code = 3


class Line(msgspec.Struct, frozen=True):
    """A series over time: its labels, and values as text (`NaN`, `+Inf` …) at epoch seconds."""

    metric: dict[str, str]
    values: list[tuple[float, str]]


class AlertRule(msgspec.Struct, frozen=True):
    """An alert rule that Prometheus evaluates: its name, PromQL and labels."""

    name: str
    query: str
    labels: dict[str, str] = {}


class _Sample(msgspec.Struct):
    metric: dict[str, str]
    value: tuple[float, str]


class _Samples(msgspec.Struct):
    result: list[_Sample]


class _Lines(msgspec.Struct):
    result: list[Line]


class _Group(msgspec.Struct):
    rules: list[AlertRule]


class _Groups(msgspec.Struct):
    groups: list[_Group]


class _Answer(msgspec.Struct):
    status: str
    data: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""


class Prometheus:
    """One Prometheus.

    Args:
        url: its address, with the prefix it may have.
        transport: in place of the network, for tests.
        timeout: seconds that connecting and each read may take.
        setting: what to change if it does not answer.
    """

    def __init__(
        self,
        url: str,
        transport: httpx.BaseTransport | None = None,
        *,
        timeout: float = TIMEOUT,
        setting: str = "--prometheus",
    ) -> None:
        import httpx  # noqa: PLC0415  50 ms that only commands which ask need

        self.url = url.rstrip("/")
        self._setting = setting
        self._http = httpx.Client(timeout=timeout, trust_env=False, transport=transport)

    def by_job(self, query: str) -> dict[str, float]:
        """The values of an instant query by `job`; those that are no number are left out.

        Raises:
            PrometheusError: it does not answer, or not so.
        """
        found: dict[str, float] = {}
        for sample in self._ask("/api/v1/query", {"query": query}, _Samples).result:
            try:
                value = float(sample.value[1])
            except ValueError:
                continue
            if not math.isnan(value):
                found[sample.metric.get("job", "")] = value
        return found

    def lines(self, query: str, start: float, end: float, step: float) -> list[Line]:
        """The series of a range query, at `step` seconds from each other.

        Raises:
            PrometheusError: as `by_job`.
        """
        form = {"query": query, "start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:.3f}"}
        return self._ask("/api/v1/query_range", form, _Lines).result

    def rules(self, name: str) -> list[AlertRule]:
        """The alert rules of a name; several, where their labels differ.

        Raises:
            PrometheusError: as `by_job`.
        """
        found = self._ask("/api/v1/rules", {"type": "alert", "rule_name[]": name}, _Groups, method="GET")
        return [rule for group in found.groups for rule in group.rules if rule.name == name]  # older ones give all

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _ask(self, path: str, form: dict[str, str], kind: type[T], *, method: str = "POST") -> T:
        import httpx  # noqa: PLC0415  see __init__

        url, content = self.url + path, b""
        how = {"data": form} if method == "POST" else {"params": form}
        try:
            with self._http.stream(method, url, **how) as answer:  # type: ignore[arg-type]  # one of two
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise PrometheusError(f"{self.url} answers more than {LARGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            told = f"Prometheus cannot be reached at {self.url} ({error}); set {self._setting}"
            raise PrometheusError(told) from None
        strange = f"{self.url} does not answer as Prometheus does; set {self._setting}"
        try:
            found = msgspec.json.decode(content, type=_Answer)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise PrometheusError(strange) from None
        if found.status != "success" or found.data == b"null":
            raise PrometheusError(f"Prometheus refused {form.get('query', path)!r}: {found.error[:200]}")
        try:
            return msgspec.json.decode(found.data, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise PrometheusError(strange) from None

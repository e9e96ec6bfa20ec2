"""A running Alertmanager, over its API v2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from sereno.errors import SerenoError
from sereno.notify.matchers import Matcher

if TYPE_CHECKING:
    import httpx

TIMEOUT = 10.0
"""Seconds that connecting and each read may take."""
LARGEST = 32 * 1024 * 1024
"""Bytes of an answer."""


class AlertmanagerError(SerenoError):
    """Alertmanager cannot be reached, or answers what it must not."""

    exit_code = 3


class Alert(msgspec.Struct, frozen=True):
    """An alert as Alertmanager holds it.

    Attributes:
        labels: its labels.
        annotations: its texts.
        starts_at: since when.
        state: active, suppressed (silenced or inhibited) or unprocessed.
        silenced_by: ids of silences.
        inhibited_by: fingerprints of alerts.
    """

    labels: dict[str, str]
    annotations: dict[str, str]
    starts_at: datetime
    state: str
    silenced_by: tuple[str, ...]
    inhibited_by: tuple[str, ...]


class Silence(msgspec.Struct, frozen=True):
    """A silence.

    Attributes:
        id: by which it is ended.
        state: active, pending or expired.
        matchers: conditions on alerts, all of which must hold.
        starts_at: from when.
        ends_at: until when.
        created_by: who.
        comment: why.
    """

    id: str
    state: str
    matchers: tuple[Matcher, ...]
    starts_at: datetime
    ends_at: datetime
    created_by: str
    comment: str


class _Status(msgspec.Struct):
    state: str
    silencedBy: list[str] = []  # noqa: N815  Alertmanager's name
    inhibitedBy: list[str] = []  # noqa: N815  same


class _Alert(msgspec.Struct):
    labels: dict[str, str]
    startsAt: datetime  # noqa: N815  same
    status: _Status
    annotations: dict[str, str] = {}


class _Matcher(msgspec.Struct):
    name: str
    value: str
    isRegex: bool  # noqa: N815  same
    isEqual: bool = True  # noqa: N815  same


class _Silence(msgspec.Struct):
    id: str
    status: _Status
    matchers: list[_Matcher]
    startsAt: datetime  # noqa: N815  same
    endsAt: datetime  # noqa: N815  same
    createdBy: str = ""  # noqa: N815  same
    comment: str = ""


class _Made(msgspec.Struct):
    silenceID: str  # noqa: N815  same


class Alertmanager:
    """One Alertmanager.

    Args:
        url: its address, with the prefix it may have.
        transport: in place of the network, for tests.
    """

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        import httpx  # noqa: PLC0415  50 ms that only commands which ask need

        self.url = url.rstrip("/")
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False, transport=transport)

    def alerts(self) -> list[Alert]:
        """Every alert that fires, those held back included; the gravest and oldest first."""
        found = self._read("GET", "/api/v2/alerts", list[_Alert])
        alerts = [
            Alert(
                one.labels, one.annotations, one.startsAt, one.status.state, tuple(one.status.silencedBy),
                tuple(one.status.inhibitedBy),
            )
            for one in found
        ]  # fmt: skip
        order = {"critical": 0, "warning": 1, "info": 2}
        return sorted(alerts, key=lambda alert: (order.get(alert.labels.get("severity", ""), 3), alert.starts_at))

    def silences(self) -> list[Silence]:
        """Every silence that Alertmanager remembers, those that end first first."""
        found = [
            Silence(
                one.id, one.status.state,
                tuple(Matcher(m.name, m.value, m.isRegex, m.isEqual) for m in one.matchers),
                one.startsAt, one.endsAt, one.createdBy, one.comment,
            )
            for one in self._read("GET", "/api/v2/silences", list[_Silence])
        ]  # fmt: skip
        return sorted(found, key=lambda silence: (silence.ends_at, silence.id))

    def silence(
        self, matchers: Sequence[Matcher], starts: datetime, ends: datetime, created_by: str, comment: str
    ) -> str:
        """Make a silence; returns its id."""
        conditions = [{"name": m.name, "value": m.value, "isRegex": m.regex, "isEqual": m.equal} for m in matchers]
        body = {
            "matchers": conditions,
            "startsAt": _stamp(starts),
            "endsAt": _stamp(ends),
            "createdBy": created_by,
            "comment": comment,
        }
        made: _Made = self._read("POST", "/api/v2/silences", _Made, body)
        return made.silenceID

    def expire(self, ids: Iterable[str]) -> None:
        """End silences, one after the other."""
        for one in ids:
            self._ask("DELETE", f"/api/v2/silence/{one}")

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def _read(self, method: str, path: str, kind: type[Any], body: object = None) -> Any:
        content = self._ask(method, path, body)
        try:
            return msgspec.json.decode(content, type=kind)
        except (msgspec.DecodeError, RecursionError):
            raise AlertmanagerError(
                f"{self.url}{path} does not answer as Alertmanager does; set alerting.alertmanager_url (--alertmanager)"
            ) from None

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        import httpx  # noqa: PLC0415  see __init__

        try:
            with self._http.stream(method, self.url + path, json=body) as answer:
                content = b""
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise AlertmanagerError(f"{self.url}{path} answers more than {LARGEST} bytes")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise AlertmanagerError(
                f"Alertmanager cannot be reached at {self.url} ({error}); is it running? "
                "Set alerting.alertmanager_url (--alertmanager)"
            ) from None
        if answer.status_code == 404 and method == "DELETE":
            raise AlertmanagerError(f"there is no silence {path.rpartition('/')[2]}; `sereno silence list` shows them")
        if not answer.is_success:
            reason = content[:200].decode("utf-8", "replace").strip()
            raise AlertmanagerError(f"Alertmanager refused {method} {path} with {answer.status_code}: {reason}")
        return content


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()

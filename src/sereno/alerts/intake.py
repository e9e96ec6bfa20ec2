"""What Alertmanager's webhook (payload version 4) and Grafana's, which is like it, say of alerts.

Sources: Alertmanager `docs/configuration.md`, `<webhook_config>`; Grafana "Configure webhook notifications".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Literal

import msgspec

from sereno.alerts.episode import Report

LONGEST = 4096
"""Characters of a label or a text that are kept."""
_NAME, _SEVERITY, _FINGERPRINT = 512, 64, 128
_YEAR_2000 = 946_684_800.0


class Alert(msgspec.Struct):
    """One alert of a payload, in its sender's words; what Grafana adds is passed over."""

    status: Literal["firing", "resolved"]
    labels: dict[str, str]
    startsAt: datetime  # noqa: N815  the sender's name
    annotations: dict[str, str] | None = None
    endsAt: datetime | None = None  # noqa: N815  same
    generatorURL: str = ""  # noqa: N815  same
    fingerprint: str = ""


class Payload(msgspec.Struct):
    """What is posted; only the alerts count, groups are the sender's business."""

    alerts: list[Alert]


def reports(payload: Payload, now: float) -> list[Report]:
    """The alerts of a payload, bounded, without characters that no database takes.

    Args:
        payload: what was posted.
        now: epoch seconds; the end of one that is over and does not say when, and the start of one that says none.
    """
    return [_report(alert, now) for alert in payload.alerts]


def _report(alert: Alert, now: float) -> Report:
    labels = _texts(alert.labels)
    labels |= {n: labels[n][:most] for n, most in (("alertname", _NAME), ("severity", _SEVERITY)) if n in labels}
    start = _moment(alert.startsAt)
    end = _moment(alert.endsAt)
    start = now if start is None else start
    over = alert.status == "resolved"
    return Report(
        fingerprint=(_clean(alert.fingerprint) or _fingerprint(labels))[:_FINGERPRINT],
        labels=labels,
        annotations=_texts(alert.annotations or {}),
        starts_at=start,
        ends_at=max(start, now if end is None else end) if over else None,
        source_url=_address(alert.generatorURL),
    )


def _moment(at: datetime | None) -> float | None:
    """Epoch seconds; None for Go's zero time, which stands for no time, and for what is without a zone."""
    if at is None or at.year <= 1 or at.tzinfo is None:
        return None
    moment = at.astimezone(UTC).timestamp()
    return moment if moment >= _YEAR_2000 else None


def _texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {_clean(name)[:_NAME]: _clean(text)[:LONGEST] for name, text in texts.items()}


def _clean(text: str) -> str:
    return text.replace("\x00", "")


def _address(url: str) -> str:
    """An address that a page may link to, else ""."""
    return _clean(url)[:LONGEST] if url.startswith(("http://", "https://")) else ""


def _fingerprint(labels: Mapping[str, str]) -> str:
    """For senders that make none: the same labels are the same alert."""
    return blake2b(msgspec.json.encode(sorted(labels.items())), digest_size=8).hexdigest()

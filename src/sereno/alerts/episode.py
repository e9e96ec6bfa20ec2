"""An alert as history keeps it: one episode, from its start to its end, and who took it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

State = Literal["active", "silent", "over"]
"""`active`: it fires; `silent`: nobody said that it is over, nor that it goes on (silenced, inhibited, or the
Alertmanager is gone); `over`: it ended."""
CONFIRMED_WITHIN = 900.0
"""Seconds within which an alert that fires is told again, three times what the generated configuration asks for."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody who watches says of an alert.

    Attributes:
        fingerprint: of its labels, as Alertmanager and Grafana make it.
        labels: its labels; `alertname` and `severity` among them.
        annotations: its texts.
        starts_at: since when, epoch seconds.
        ends_at: until when; None while it fires.
        source_url: where the one who reports shows its query, "" if unknown.
    """

    fingerprint: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: float
    ends_at: float | None
    source_url: str = ""


class Episode(Report, frozen=True, kw_only=True):
    """A report that was kept.

    Attributes:
        id: its number here.
        received_at: epoch seconds at which it was first told.
        told_at: when it was last told.
        acknowledged_at: when a person took it up, None if nobody did.
        acknowledged_by: who.
        note: what they said.
    """

    id: int
    received_at: float
    told_at: float
    acknowledged_at: float | None = None
    acknowledged_by: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.labels.get("alertname", "")

    @property
    def severity(self) -> str:
        """`critical`, `warning`, `info`, `none`, or what a rule of one's own says; "" without any."""
        return self.labels.get("severity", "")

    def state(self, now: float) -> State:
        """How it is at a moment, epoch seconds."""
        if self.ends_at is not None and self.ends_at <= now:
            return "over"
        return "active" if now - self.told_at <= CONFIRMED_WITHIN else "silent"

    def seconds(self, now: float) -> float:
        """How long it fired: until its end, or as far as was told."""
        return max(0.0, (self.ends_at if self.ends_at is not None else min(now, self.told_at)) - self.starts_at)

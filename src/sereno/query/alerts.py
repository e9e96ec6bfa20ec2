"""Questions about alerts, and answers, as API and pages share them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.alerts.episode import Episode, State
from sereno.query.fields import FILTERS, ROWS, Field
from sereno.query.parameters import Values
from sereno.query.problems import Problem, not_found
from sereno.query.times import rfc3339
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger
from sereno.store.ledger.alerts import Filter

TIMES = tuple(field for field in FILTERS if field.name in ("start_time", "end_time"))
NAME = Field(name="name", kind="text", help="Alerts of this rule.", maximum=512, example="OllamaDown")
SEVERITY = Field(name="severity", kind="text", help="Alerts of this severity.", maximum=64, example="critical")
STATE = Field(name="state", kind="choice", help="Alerts that have not ended (`open`), or have (`over`).",
              choices=("open", "over"), example="open")  # fmt: skip
TAKEN = Field(name="acknowledged", kind="choice", help="Whether a person has taken them up.", choices=("yes", "no"),
              example="no")  # fmt: skip
FIELDS = (*TIMES, NAME, SEVERITY, STATE, TAKEN, *ROWS)
"""What narrows a list of alerts."""
PERSON_LONGEST, NOTE_LONGEST = 100, 1000


class AlertMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One alert, from its start to its end.

    Attributes:
        id: its number, by which it is acknowledged.
        name: of the rule. severity: as the rule says. state: `active`, `silent` (nobody told of it lately) or `over`.
        summary, description: the rule's texts.
        starts_at, ends_at: RFC 3339; `ends_at` null while it goes on.
        received_at: when it was first told here. told_at: when last.
        seconds: how long it fired.
        acknowledged_at, acknowledged_by, note: who took it up; null and "" while nobody did.
        runbook_url, dashboard_url, source_url: where to look, "" where the rule names nothing.
    """

    id: int
    name: str
    severity: str
    state: State
    summary: str
    description: str
    labels: Mapping[str, str]
    starts_at: str
    ends_at: str | None
    received_at: str
    told_at: str
    seconds: float
    acknowledged_at: str | None
    acknowledged_by: str
    note: str
    runbook_url: str
    dashboard_url: str
    source_url: str
    fingerprint: str


class Taking(msgspec.Struct, frozen=True):
    """Who takes an alert up, and what they say."""

    by: str = ""
    note: str = ""


def alert_message(episode: Episode, now: float) -> AlertMessage:
    """An episode as the API tells it."""
    texts = episode.annotations
    return AlertMessage(
        id=episode.id,
        name=episode.name,
        severity=episode.severity,
        state=episode.state(now),
        summary=texts.get("summary", ""),
        description=texts.get("description", ""),
        labels=episode.labels,
        starts_at=rfc3339(episode.starts_at),
        ends_at=_time(episode.ends_at),
        received_at=rfc3339(episode.received_at),
        told_at=rfc3339(episode.told_at),
        seconds=episode.seconds(now),
        acknowledged_at=_time(episode.acknowledged_at),
        acknowledged_by=episode.acknowledged_by,
        note=episode.note,
        runbook_url=texts.get("runbook_url", ""),
        dashboard_url=texts.get("dashboard_url", texts.get("dashboard", "")),
        source_url=episode.source_url,
        fingerprint=episode.fingerprint,
    )


def filter_of(values: Values, start: float | None, end: float | None) -> Filter:
    """The question that parameters ask."""
    state, taken = values.get(STATE), values.get(TAKEN)
    return Filter(
        start=start,
        end=end,
        name=values.get(NAME),
        severity=values.get(SEVERITY),
        open=None if state is None else state == "open",
        acknowledged=None if taken is None else taken == "yes",
    )


def ledger_of(view: KeeperView) -> Ledger:
    """Where alerts are kept.

    Raises:
        Problem: 404 where this keeper keeps none.
    """
    if view.ledger is None:
        raise not_found("This keeper keeps no alerts: it was started without a ledger.")
    return view.ledger


def checked(taking: Taking, key_name: str | None) -> Taking:
    """What a person said, fit to be kept; a key's name stands for who shows it and gives none.

    Raises:
        Problem: 400 for a name or note that is too long or holds control characters.
    """
    by = taking.by.strip() or key_name or ""
    for name, text, most in (("by", by, PERSON_LONGEST), ("note", taking.note, NOTE_LONGEST)):
        if len(text) > most or not text.replace("\n", "").replace("\r", "").isprintable():
            raise Problem(
                "wrong-body", 400, f"`{name}` is not fit to be kept.", parameter=name,
                expected=f"at most {most} printable characters",
            )  # fmt: skip
    return Taking(by, taking.note.strip())


def _time(at: float | None) -> Any:
    return None if at is None else rfc3339(at)

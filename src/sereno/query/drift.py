"""The drift monitor as API, pages and commands tell it; moments are RFC 3339."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.drift.live import ALL
from sereno.drift.monitor import Finding, Found
from sereno.drift.triggers import Status
from sereno.errors import DriftError
from sereno.query.drifting import refused
from sereno.query.problems import not_found
from sereno.query.times import rfc3339
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger, drift_checks, drift_events, drift_references, finetuning_triggers
from sereno.store.ledger.drift_checks import Check
from sereno.store.ledger.drift_events import Happened
from sereno.store.ledger.drift_references import ReferenceRow
from sereno.store.ledger.finetuning_triggers import Trigger

EVENTS_SHOWN = 5
LONGEST_NOTE = 500
MOST_DIGITS = 10
"""Numbers of rows are below 2³¹."""


class CheckMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One check.

    Attributes:
        status: `ok`, `insufficient_data` or `error`. severity: the verdict on all calls.
        psi, kl_divergence: of the most drifted feature, nats, as measured. psi_corrected: PSI less its mean without
            drift. js_divergence: bits. p_value: of no drift.
        combined_score: 0 to 1. verdicts: by model, "" for all calls.
        accuracy_severity: of the upper end of the interval of `current_accuracy`.
        n_reference, n_current: calls. duration_seconds: of the check.
    """

    id: int
    timestamp: str
    status: str
    severity: str
    drift_detected: bool
    psi: float | None
    psi_corrected: float | None
    kl_divergence: float | None
    js_divergence: float | None
    p_value: float | None
    top_feature: str | None
    combined_score: float | None
    baseline_accuracy: float | None
    current_accuracy: float | None
    accuracy_severity: str | None
    reference: str
    window_start: str
    window_end: str
    n_reference: int
    n_current: int
    verdicts: dict[str, str]
    duration_seconds: float
    error: str | None


class FeatureMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One feature of one scope; `model` is null for all calls.

    Attributes:
        distribution: `labels` with rows of the reference and of now by bin; of prompts as vectors, `auc` and `mmd`.
    """

    model: str | None
    feature: str
    kind: str
    severity: str
    psi: float | None
    psi_corrected: float | None
    kl: float | None
    js: float | None
    p_value: float | None
    p_adjusted: float | None
    n_reference: int
    n_current: int
    distribution: dict[str, Any]


class EventMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: `drift`, `recovered`, `accuracy`, `failed`, `reference` …; `model` is null for all."""

    id: int
    timestamp: str
    kind: str
    severity: str
    model: str | None
    feature: str | None
    check_id: int | None
    details: dict[str, Any]


class TriggerMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A trigger of fine-tuning: `pending`, `approved`, `rejected`, `running`, `succeeded` or `failed`.

    Attributes:
        reason: in English; `windows` in a row, `reference` and `accuracy_fell` are what it says, null where unknown.
    """

    id: int
    timestamp: str
    trigger_type: str
    severity: str
    reason: str
    status: str
    model: str | None
    check_id: int | None
    decided_at: str | None
    decided_by: str
    note: str
    started_at: str | None
    finished_at: str | None
    outcome: str
    training_job_id: str | None
    windows: int | None = None
    reference: str | None = None
    accuracy_fell: bool | None = None


class ReferenceMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A frozen reference: `digest` is the SHA-256 of its content."""

    reference: str
    name: str
    version: int
    in_use: bool
    used_since: str | None
    rows: int
    start: str
    end: str
    weekdays: bool
    models: list[str]
    embedder: str | None
    embedder_digest: str | None
    digest: str
    created_at: str
    created_by: str


class ModelVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on the calls of one model, and the feature behind it."""

    model: str
    severity: str
    top_feature: str | None
    psi_corrected: float | None


class DriftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How it stands.

    Attributes:
        status: `no_reference` until one is used, `waiting` until the first check, else that of the last check.
        severity: the verdict on all calls. last_check: the last one, whatever became of it.
        triggers_waiting: for a person.
    """

    status: str
    severity: str
    drift_detected: bool
    reference: ReferenceMessage | None
    last_check: CheckMessage | None
    models: Sequence[ModelVerdict]
    events: Sequence[EventMessage]
    triggers_waiting: int


def drift_ledger(view: KeeperView) -> Ledger:
    """Where the monitor keeps its results.

    Raises:
        Problem: 404 where this keeper has none.
    """
    if view.ledger is None:
        raise not_found("This keeper watches no drift: it was started without a ledger.")
    return view.ledger


def summary(ledger: Ledger) -> DriftSummary:
    """How it stands."""
    with ledger.read() as connection:
        used = drift_references.in_use(connection)
        last = drift_checks.checks(connection, limit=1)
        found = drift_checks.findings(connection, last[0].id) if last else []
        happened = drift_events.events(connection, limit=EVENTS_SHOWN)
        _, waiting = finetuning_triggers.count_triggers(connection)
    newest = last[0] if last else None
    return DriftSummary(
        status="no_reference" if used is None else "waiting" if newest is None else newest.status,
        severity="insufficient_data" if newest is None else newest.severity,
        drift_detected=newest is not None and newest.drift_detected,
        reference=None if used is None else reference_message(used),
        last_check=None if newest is None else check_message(newest),
        models=[_verdict(finding) for finding in found if finding.model != ALL],
        events=[event_message(one) for one in happened],
        triggers_waiting=waiting,
    )


def check_list(ledger: Ledger, since: float, limit: int = 1000) -> list[CheckMessage]:
    """Checks from a moment on, the newest first."""
    with ledger.read() as connection:
        return [check_message(one) for one in drift_checks.checks(connection, since=since, limit=limit)]


def feature_list(ledger: Ledger, check_id: int | None, model: str | None) -> list[FeatureMessage]:
    """What a check found, the most important first; of the last one that did not fail where none is named.

    Raises:
        Problem: 404 where there is no such check.
    """
    with ledger.read() as connection:
        if check_id is None:
            last = drift_checks.checks(connection, sound=True, limit=1)
            check_id = last[0].id if last else None
        elif drift_checks.check(connection, check_id) is None:
            raise not_found(f"There is no check {check_id}.")
        found = [] if check_id is None else drift_checks.findings(connection, check_id)
    return [
        feature_message(finding.model, one)
        for finding in found
        if model is None or finding.model == model
        for one in finding.features
    ]


def event_list(ledger: Ledger, since: float | None, limit: int = 1000, offset: int = 0) -> list[EventMessage]:
    """Events, the newest first."""
    with ledger.read() as connection:
        return [event_message(one) for one in drift_events.events(connection, since=since, limit=limit, offset=offset)]


def reference_list(ledger: Ledger) -> list[ReferenceMessage]:
    """References, the newest first."""
    with ledger.read() as connection:
        return [reference_message(one) for one in drift_references.references(connection)]


def trigger_list(ledger: Ledger, status: str | None = None) -> list[TriggerMessage]:
    """Triggers, the newest first."""
    with ledger.read() as connection:
        return [trigger_message(one) for one in finetuning_triggers.triggers(connection, status=status)]


def decide(ledger: Ledger, number: int, *, approve: bool, by: str, note: str, now: float) -> TriggerMessage:
    """Approve or reject a trigger. One that failed may be approved once more.

    Raises:
        DriftError: there is none of this number, or it is decided already.
    """
    after: Status = "approved" if approve else "rejected"
    values = {"decided_at": now, "decided_by": by[:200], "note": note[:LONGEST_NOTE]}
    with ledger.write() as connection:
        one = finetuning_triggers.trigger(connection, number)
        if one is None:
            raise DriftError(f"there is no trigger {number}; sereno drift triggers list shows them")
        done = finetuning_triggers.move(connection, number, "pending", after, **values) or (
            approve and finetuning_triggers.move(connection, number, "failed", after, **values)
        )
        if not done:
            raise DriftError(f"trigger {number} is {one.status} already")
        found = finetuning_triggers.trigger(connection, number)
    assert found is not None
    return trigger_message(found)


def decide_named(view: KeeperView, number: str, *, approve: bool, by: str, note: str) -> TriggerMessage:
    """The same, for a trigger as a path names it.

    Raises:
        Problem: 404 where that is no number, 409 where it cannot be decided.
    """
    if not (number.isascii() and number.isdigit() and len(number) < MOST_DIGITS):
        raise not_found(f"There is no trigger {number[:20]!r}.")
    try:
        return decide(drift_ledger(view), int(number), approve=approve, by=by, note=note, now=view.now())
    except DriftError as error:
        raise refused(error) from None


def check_message(one: Check) -> CheckMessage:
    """A check as it is told."""
    told: dict[str, Any] = {name: getattr(one, name) for name in CheckMessage.__struct_fields__}
    moments = {name: rfc3339(told[name]) for name in ("timestamp", "window_start", "window_end")}
    return CheckMessage(**(told | moments))


def feature_message(model: str, one: Found) -> FeatureMessage:
    """A feature as it is told."""
    return FeatureMessage(model=model or None, **msgspec.structs.asdict(one))


def event_message(one: Happened) -> EventMessage:
    """An event as it is told."""
    return EventMessage(
        **{**msgspec.structs.asdict(one), "timestamp": rfc3339(one.timestamp), "model": one.model or None}
    )


def trigger_message(one: Trigger) -> TriggerMessage:
    """A trigger as it is told."""
    told: dict[str, Any] = {name: getattr(one, name) for name in TriggerMessage.__struct_fields__ if hasattr(one, name)}
    told |= {name: one.payload.get(name) for name in ("windows", "reference", "accuracy_fell")}
    moments = {name: _moment(told[name]) for name in ("timestamp", "decided_at", "started_at", "finished_at")}
    return TriggerMessage(**{**told, **moments, "model": one.model or None})


def reference_message(one: ReferenceRow) -> ReferenceMessage:
    """A reference as it is told."""
    return ReferenceMessage(
        reference=one.label, name=one.name, version=one.version, in_use=one.in_use, used_since=_moment(one.used_since),
        rows=one.rows, start=rfc3339(one.start_at), end=rfc3339(one.end_at), weekdays=one.weekdays, models=one.models,
        embedder=one.embedder, embedder_digest=one.embedder_digest, digest=one.digest,
        created_at=rfc3339(one.created_at), created_by=one.created_by,
    )  # fmt: skip


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)


def _verdict(one: Finding) -> ModelVerdict:
    top = one.top
    return ModelVerdict(
        model=one.model, severity=one.severity, top_feature=None if top is None else top.feature,
        psi_corrected=None if top is None else top.psi_corrected,
    )  # fmt: skip

"""What the drift monitor found, as API, pages and commands tell it; moments are RFC 3339."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.drift.monitor import Finding, Found
from sereno.query.times import rfc3339
from sereno.store.ledger.drift_checks import Check
from sereno.store.ledger.drift_events import Happened
from sereno.store.ledger.drift_references import ReferenceRow
from sereno.store.ledger.finetuning_triggers import Trigger


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


def model_verdict(one: Finding) -> ModelVerdict:
    """The verdict on one model as it is told."""
    top = one.top
    return ModelVerdict(
        model=one.model, severity=one.severity, top_feature=None if top is None else top.feature,
        psi_corrected=None if top is None else top.psi_corrected,
    )  # fmt: skip


def _moment(at: float | None) -> str | None:
    return None if at is None else rfc3339(at)

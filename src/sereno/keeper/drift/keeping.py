"""A check into the ledger, with what happened and what it is a reason for: all of it or nothing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from sereno.drift.accuracy import Accuracy
from sereno.drift.events import Event, accuracy_event, at_least, drift_events
from sereno.drift.monitor import Finding
from sereno.drift.score import combined_score
from sereno.drift.triggers import proposal
from sereno.drift.verdict import Severity
from sereno.keeper.drift.plan import Plan
from sereno.store.ledger import Ledger, drift_checks, finetuning_triggers
from sereno.store.ledger import drift_events as event_rows
from sereno.store.ledger.drift_checks import FAILED, Check

MOST_PAST = 5_000
"""Checks that are read to see whether drift lasts."""


def judged(made: Check, found: Sequence[Finding], known: Accuracy, least: Severity) -> Check:
    """A check with its verdict and figures.

    Args:
        made: what is known before: when, of which window, compared with what.
        found: by scope.
        known: accuracy before the window and in it.
        least: from which verdict on it is drift.
    """
    out = msgspec.structs.replace(
        made, **drift_checks.headline(found), baseline_accuracy=known.baseline, current_accuracy=known.current,
        accuracy_upper=known.upper, accuracy_severity=known.severity, accuracy_samples=known.samples or None,
    )  # fmt: skip
    return msgspec.structs.replace(
        out,
        drift_detected=at_least(out.severity, least),
        combined_score=combined_score(out.psi, out.kl_divergence, known.baseline, known.current),
    )


def keep(ledger: Ledger, plan: Plan, made: Check, found: Sequence[Finding]) -> Check:
    """Write a check, its events and its trigger; returns it with its number.

    Raises:
        StoreError: the ledger does not answer; nothing is written.
    """
    with ledger.write() as connection:
        drift_checks.alone(connection)
        kept = msgspec.structs.replace(made, id=drift_checks.add_check(connection, made, found))
        event_rows.add_events(connection, _events(connection, kept, found, plan.severity), kept.timestamp, kept.id)
        if kept.status != FAILED:
            _propose(connection, plan, kept, found)
    return kept


def _events(connection: Connection, made: Check, found: Sequence[Finding], least: Severity) -> list[Event]:
    failing = event_rows.last_event(connection, ("failed", "works_again"))
    failed_before = failing is not None and failing.kind == "failed"
    if made.status == FAILED:
        return [] if failed_before else [Event(kind="failed", severity="none", details={"error": made.error})]
    out = [Event(kind="works_again", severity="none")] if failed_before else []
    out += [
        msgspec.structs.replace(event, details={**event.details, "reference": made.reference})
        for event in drift_events(event_rows.standing(connection), found, least)
    ]
    last = event_rows.last_event(connection, ("accuracy", "accuracy_recovered"))
    told = last.severity if last is not None and last.kind == "accuracy" else None
    figures = {
        "baseline_accuracy": made.baseline_accuracy, "current_accuracy": made.current_accuracy,
        "samples": made.accuracy_samples,
    }  # fmt: skip
    event = accuracy_event(told, made.accuracy_severity, figures)
    return out if event is None else [*out, event]


def _propose(connection: Connection, plan: Plan, made: Check, found: Sequence[Finding]) -> None:
    """Make a trigger, if what the checks say is a reason to train."""
    now = made.timestamp
    since = now - (plan.rule.windows + 1) * max(plan.window, plan.interval or 0.0)
    past = drift_checks.checks(connection, since=since, judged=True, limit=MOST_PAST)
    last = finetuning_triggers.last_trigger(connection)
    wanted = proposal(plan.rule, [drift_checks.past(one) for one in past], last, now)
    if wanted is not None:
        payload = _payload(made, found) | {"windows": wanted.windows, "accuracy_fell": wanted.fell}
        finetuning_triggers.add(connection, wanted, now, made.id, approved=not plan.approval, payload=payload)


def _payload(made: Check, found: Sequence[Finding]) -> dict[str, object]:
    """What a called program is told of the check behind a trigger."""
    features = [
        {"model": finding.model, "feature": one.feature, "severity": one.severity, "psi_corrected": one.psi_corrected}
        for finding in found
        for one in finding.features
        if at_least(one.severity, "notice")
    ]
    return {
        "check_id": made.id, "reference": made.reference, "window_start": made.window_start,
        "window_end": made.window_end, "psi": made.psi, "kl_divergence": made.kl_divergence,
        "combined_score": made.combined_score, "baseline_accuracy": made.baseline_accuracy,
        "current_accuracy": made.current_accuracy, "features": features,
    }  # fmt: skip

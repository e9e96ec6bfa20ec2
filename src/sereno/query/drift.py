"""The drift monitor as API, pages and commands ask it: how it stands, what it found, a decision on a trigger."""

from __future__ import annotations

from sereno.drift.live import ALL
from sereno.drift.triggers import Status
from sereno.errors import DriftError
from sereno.query.drift_messages import (
    CheckMessage,
    DriftSummary,
    EventMessage,
    FeatureMessage,
    ReferenceMessage,
    TriggerMessage,
    check_message,
    event_message,
    feature_message,
    model_verdict,
    reference_message,
    trigger_message,
)
from sereno.query.drifting import refused
from sereno.query.problems import not_found
from sereno.query.view import KeeperView
from sereno.store.ledger import Ledger, drift_checks, drift_events, drift_references, finetuning_triggers

EVENTS_SHOWN = 5
LONGEST_NOTE = 500
MOST_DIGITS = 10
"""Numbers of rows are below 2³¹."""


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
        models=[model_verdict(finding) for finding in found if finding.model != ALL],
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

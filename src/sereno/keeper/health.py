"""How the keeper is, as checks with a sentence each. Pure: what was seen comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sereno.query.view import Check, Health, HealthStatus, JournalState, WorkerState

LAG_SECONDS = 60.0
"""Age of the oldest record not stored from which on ingest counts as behind."""
NEARLY_FULL = 0.8
_ORDER: tuple[HealthStatus, ...] = ("ok", "degraded", "failing")


def worst(checks: Sequence[Check]) -> Health:
    """The health that these checks make together."""
    status: HealthStatus = max((check.status for check in checks), key=_ORDER.index, default="ok")
    return Health(status, checks)


def store_check(error: str | None, seconds: float) -> Check:
    """The store: failing when it did not answer a query."""
    if error is not None:
        return Check("store", "failing", error)
    return Check("store", "ok", f"answered a query in {seconds * 1000:.1f} ms")


def ingest_check(journal: JournalState, failing_seconds: float | None, last_error: str | None) -> Check:
    """The way into the store."""
    if failing_seconds is not None:
        return Check("ingest", "degraded", f"nothing could be stored for {failing_seconds:.0f} s: {last_error}")
    if journal.lag_seconds > LAG_SECONDS:
        detail = f"the oldest record not stored is {journal.lag_seconds:.0f} s old; it is being caught up"
        return Check("ingest", "degraded", detail)
    return Check("ingest", "ok", f"{journal.ingested} calls stored since start, {journal.lag_seconds:.1f} s behind")


def journal_check(journal: JournalState, budget: int | None) -> Check:
    """The journal: how full it is, what was lost."""
    if budget and journal.unread_bytes > NEARLY_FULL * budget:
        share = 100 * journal.unread_bytes / budget
        detail = f"{share:.0f} % of its room is taken by records not stored; beyond it new ones are dropped"
        return Check("journal", "degraded", detail)
    lost = {reason: count for reason, count in journal.dropped.items() if count}
    if lost or journal.poisoned:
        reasons = ", ".join(f"{count} ({reason})" for reason, count in sorted(lost.items())) or "none"
        return Check("journal", "ok", f"records dropped: {reasons}; damaged frames skipped: {journal.poisoned}")
    return Check("journal", "ok", f"{journal.bytes} bytes on disk, nothing lost")


def gateway_check(workers: Sequence[WorkerState]) -> Check:
    """The gateways of this DATA folder."""
    alive = sum(worker.alive for worker in workers)
    if not alive:
        return Check("gateway", "degraded", "no gateway worker runs on this data folder; start one with `sereno up`")
    return Check("gateway", "ok", f"{alive} of {len(workers)} workers alive")


def upstream_checks(troubles: Mapping[str, str | None]) -> list[Check]:
    """The model servers that were polled."""
    return [
        Check(f"upstream:{name}", "degraded" if error else "ok", error or "answered the last poll")
        for name, error in troubles.items()
    ]


def job_checks(errors: Iterable[tuple[str, str]]) -> list[Check]:
    """Jobs whose last run failed: (name, error)."""
    return [Check(f"job:{name}", "degraded", error) for name, error in errors]

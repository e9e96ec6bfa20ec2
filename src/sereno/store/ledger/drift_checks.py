"""Checks of the drift monitor and what they found; each function runs in the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, func, insert, select, true

from sereno.drift.accuracy import Accuracy
from sereno.drift.live import ALL
from sereno.drift.monitor import Finding, Found
from sereno.drift.triggers import Past
from sereno.drift.verdict import Severity
from sereno.store.ledger.drift import CHECKS, FEATURES

FAILED = "error"
"""Status of a check that failed."""
LOCK = 0x53524E4F_44524654
"""Key of the advisory lock under which a check is written (`SRNODRFT`)."""


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `drift_metrics`; moments in epoch seconds."""

    id: int = 0
    timestamp: float
    kl_divergence: float | None = None
    psi: float | None = None
    baseline_accuracy: float | None = None
    current_accuracy: float | None = None
    combined_score: float | None = None
    severity: Severity = "insufficient_data"
    drift_detected: bool = False
    status: str = "insufficient_data"
    psi_corrected: float | None = None
    js_divergence: float | None = None
    p_value: float | None = None
    top_feature: str | None = None
    verdicts: dict[str, Severity] = {}
    reference_id: int | None = None
    reference: str = ""
    window_start: float
    window_end: float
    n_reference: int = 0
    n_current: int = 0
    accuracy_severity: Severity | None = None
    accuracy_upper: float | None = None
    accuracy_samples: int | None = None
    duration_seconds: float = 0.0
    error: str | None = None


def alone(connection: Connection) -> None:
    """Let no other keeper write a check until the transaction ends: what stood before is read, then added to."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(LOCK)))


def add_check(connection: Connection, check: Check, findings: Sequence[Finding]) -> int:
    """Keep a check with all that it found; returns its number."""
    values = {name: value for name, value in msgspec.structs.asdict(check).items() if name != "id"}
    number = int(connection.execute(insert(CHECKS).values(**values).returning(CHECKS.c.id)).scalar_one())
    rows = [
        {
            "check_id": number, "timestamp": check.timestamp, "model": finding.model, "feature": one.feature,
            "kind": one.kind, "severity": one.severity, "psi": one.psi, "psi_corrected": one.psi_corrected,
            "kl_divergence": one.kl, "js_divergence": one.js, "p_value": one.p_value, "p_adjusted": one.p_adjusted,
            "n_reference": one.n_reference, "n_current": one.n_current, "distribution": one.distribution,
        }
        for finding in findings
        for one in finding.features
    ]  # fmt: skip
    if rows:
        connection.execute(insert(FEATURES), rows)
    return number


def checks(
    connection: Connection, *, since: float | None = None, judged: bool = False, sound: bool = False, limit: int = 1000
) -> list[Check]:
    """Checks, the newest first.

    Args:
        connection: a transaction.
        since: from which moment on, epoch seconds.
        judged: only those that came to a verdict.
        sound: only those that did not fail.
        limit: how many at most.
    """
    parts: list[ColumnElement[bool]] = [true()]
    if since is not None:
        parts.append(CHECKS.c.timestamp >= since)
    if judged:
        parts.append(CHECKS.c.status == "ok")
    if sound:
        parts.append(CHECKS.c.status != FAILED)
    query = select(CHECKS).where(and_(*parts)).order_by(CHECKS.c.timestamp.desc(), CHECKS.c.id.desc()).limit(limit)
    return [_check(row) for row in connection.execute(query).mappings()]


def check(connection: Connection, number: int) -> Check | None:
    """One check; None if there is none of this number."""
    row = connection.execute(select(CHECKS).where(CHECKS.c.id == number)).mappings().one_or_none()
    return None if row is None else _check(row)


def findings(connection: Connection, check_id: int) -> list[Finding]:
    """What a check found: all calls first, then by model; features the most important first."""
    rows = connection.execute(select(FEATURES).where(FEATURES.c.check_id == check_id)).all()
    scopes: dict[str, list[Found]] = {}
    for row in rows:
        scopes.setdefault(row.model, []).append(
            Found(
                feature=row.feature,
                kind=row.kind,
                severity=row.severity,
                n_reference=row.n_reference,
                n_current=row.n_current,
                psi=row.psi,
                psi_corrected=row.psi_corrected,
                kl=row.kl_divergence,
                js=row.js_divergence,
                p_value=row.p_value,
                p_adjusted=row.p_adjusted,
                distribution=row.distribution,
            )
        )
    return [Finding.of(model, scopes[model]) for model in sorted(scopes)]


def series(
    connection: Connection, feature: str, model: str, since: float
) -> list[tuple[float, float | None, Severity]]:
    """A feature over time, oldest first: moment, corrected PSI, verdict."""
    table = FEATURES.c
    query = select(table.timestamp, table.psi_corrected, table.severity).where(
        table.feature == feature, table.model == model, table.timestamp >= since
    )
    return [
        (row.timestamp, row.psi_corrected, row.severity) for row in connection.execute(query.order_by(table.timestamp))
    ]


def past(check: Check) -> Past:
    """A check as triggers read it."""
    known = Accuracy(baseline=check.baseline_accuracy, current=check.current_accuracy, upper=check.accuracy_upper)
    return Past(
        start=check.window_start, end=check.window_end, reference=check.reference, verdicts=check.verdicts,
        accuracy=check.accuracy_severity, fell=known.fell,
    )  # fmt: skip


def count_checks(connection: Connection) -> dict[str, int]:
    """How many checks there were, by status."""
    query = select(CHECKS.c.status, func.count()).group_by(CHECKS.c.status)
    return {status: int(n) for status, n in connection.execute(query)}


def count_detected(connection: Connection) -> dict[str, int]:
    """How many checks found drift, by severity."""
    query = select(CHECKS.c.severity, func.count()).where(CHECKS.c.drift_detected).group_by(CHECKS.c.severity)
    return {severity: int(n) for severity, n in connection.execute(query)}


def forget(connection: Connection, before: float) -> int:
    """Remove what checks before a moment found by feature; the checks themselves stay. Returns how many rows."""
    return connection.execute(delete(FEATURES).where(FEATURES.c.timestamp < before)).rowcount


def headline(found: Sequence[Finding]) -> dict[str, Any]:
    """The figures of a check's row: of the most drifted feature of all calls."""
    every = next((one for one in found if one.model == ALL), None)
    if every is None:
        return {}
    top = every.top
    return {
        "severity": every.severity,
        "status": "insufficient_data" if every.severity == "insufficient_data" else "ok",
        "n_reference": every.n_reference,
        "n_current": every.n_current,
        "verdicts": {one.model: one.severity for one in found},
        **(
            {}
            if top is None
            else {
                "kl_divergence": top.kl,
                "psi": top.psi,
                "psi_corrected": top.psi_corrected,
                "js_divergence": top.js,
                "p_value": top.p_value,
                "top_feature": top.feature,
            }
        ),
    }


def _check(row: RowMapping) -> Check:
    return Check(**{name: row[name] for name in Check.__struct_fields__})

"""What the ledger knows of drift, as metrics."""

from __future__ import annotations

from sereno.drift.live import ALL
from sereno.drift.monitor import Finding
from sereno.drift.verdict import ORDER, Severity
from sereno.metrics.increments import Labels
from sereno.store.ledger import Ledger, drift_checks, drift_references, finetuning_triggers
from sereno.store.ledger.drift_checks import FAILED, Check

EVERY_MODEL = "all"
"""Label of the scope of all calls."""


def figures_of(ledger: Ledger, interval: float | None) -> dict[tuple[str, Labels], float]:
    """Gauges and counters by metric name and label values.

    Args:
        ledger: where checks, events and triggers are.
        interval: seconds between checks, None where there are none by themselves.

    Raises:
        StoreError: the ledger does not answer.
    """
    with ledger.read() as connection:
        used = drift_references.in_use(connection)
        statuses = drift_checks.count_checks(connection)
        detected = drift_checks.count_detected(connection)
        triggers, waiting = finetuning_triggers.count_triggers(connection)
        last = drift_checks.checks(connection, limit=1)
        judged = last if last and last[0].status != FAILED else drift_checks.checks(connection, sound=True, limit=1)
        found = drift_checks.findings(connection, judged[0].id) if judged else []
    out: dict[tuple[str, Labels], float] = {}
    for status in ("ok", "insufficient_data", FAILED):
        out["drift_checks_total", (status,)] = statuses.get(status, 0)
    for severity in ORDER[2:]:
        out["drift_detected_total", (severity,)] = detected.get(severity, 0)
    for kind in ("drift", "accuracy", "manual"):
        out["finetuning_triggers_total", (kind,)] = triggers.get(kind, 0)
    out["finetuning_triggers_waiting", ()] = waiting
    if used is not None:
        out["drift_reference_info", (used.name, str(used.version))] = 1
        if interval is not None:
            out["drift_check_interval_seconds", ()] = interval
    if last:
        out["drift_check_failing", ()] = last[0].status == FAILED
    if judged:
        out.update(_of_check(judged[0]))
    for finding in found:
        out.update(_of_finding(finding))
    return out


def _of_check(one: Check) -> dict[tuple[str, Labels], float]:
    values = {
        "drift_kl_divergence": one.kl_divergence,
        "drift_psi": one.psi,
        "drift_baseline_accuracy": one.baseline_accuracy,
        "drift_current_accuracy": one.current_accuracy,
        "drift_combined_score": one.combined_score,
        "drift_last_check_timestamp_seconds": one.timestamp,
        "drift_accuracy_severity": None if one.accuracy_severity is None else _grade(one.accuracy_severity),
    }
    return {(name, ()): value for name, value in values.items() if value is not None}


def _of_finding(one: Finding) -> dict[tuple[str, Labels], float]:
    model = EVERY_MODEL if one.model == ALL else one.model
    out: dict[tuple[str, Labels], float] = {}
    if one.severity != "insufficient_data":
        out["drift_severity", (model,)] = _grade(one.severity)
    for feature in one.features:
        if feature.psi_corrected is not None:
            out["drift_feature_psi", (model, feature.feature)] = feature.psi_corrected
            out["drift_feature_severity", (model, feature.feature)] = _grade(feature.severity)
    return out


def _grade(found: Severity) -> int:
    """0 for `none`, 4 for `critical`."""
    return ORDER.index(found) - 1

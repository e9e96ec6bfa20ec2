"""Drift at a glance."""

from __future__ import annotations

from sereno.dashboards import drift
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import RANGE, plain, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, SEVERITIES, SEVERITY, YES, Word, bad_above, bad_from, graded
from sereno.dashboards.panel import Column, Gauge, Kind, Query, Series, Sql, Table, Tile
from sereno.dashboards.parts import MODEL_LINK

WORKS = (Word(0, "Working", "green"), Word(1, "Failing", "red"))


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="drift-overview",
        title="Drift monitoring: overview",
        text="Whether calls and answers are still what they were when the reference was taken, and what was done.",
        folder="Drift",
        audiences=("operator", "developer"),
        variables=drift.VARIABLES,
        since="now-7d",
        sections=(
            Section("", _now(limits)),
            Section("What drifts", _features(limits)),
            Section("Checks", _checks(limits)),
            Section("Events and fine-tuning", _events()),
        ),
        marks=(drift.DRIFTED, drift.LOW_ACCURACY, drift.TRIGGERED),
    )


def _now(limits: Limits) -> tuple[Kind, ...]:
    return (
        drift.kl_gauge(limits, "KL divergence", 5),
        drift.psi_gauge(limits, "PSI", 5),
        drift.accuracy_gauge(
            limits, "Current accuracy", "drift_current_accuracy",
            "Share of right answers at the last check, by labels and evaluations (drift_current_accuracy).", 5,
        ),
        Gauge(
            "Combined score",
            "PSI, KL divergence and loss of accuracy in one figure from 0 to 1 (drift_combined_score): a summary to "
            "look at, never a verdict.",
            (Query(drift.newest("drift_combined_score"), "Score"),),
            "none", graded(limits.score_yellow, limits.score_orange, limits.score_red),
            width=5, decimals=2, low=0, high=1, empty=drift.NO_CHECK,
        ),
        drift.status(4),
        Series(
            "Drift metrics",
            "All figures of the checks together (drift_psi, drift_kl_divergence, drift_combined_score, "
            "drift_baseline_accuracy, drift_current_accuracy).",
            (
                Query(drift.newest("drift_psi"), "PSI"),
                Query(drift.newest("drift_kl_divergence"), "KL"),
                Query(drift.newest("drift_combined_score"), "Combined score"),
                Query(drift.newest("drift_baseline_accuracy"), "Baseline accuracy"),
                Query(drift.newest("drift_current_accuracy"), "Current accuracy"),
            ),
            "none", width=24, low=0, empty=drift.NO_CHECK,
        ),
        Tile(
            "Total checks",
            "Drift checks in the time range (drift_checks_total).",
            (Query(tile(f"sum(increase({plain('drift_checks_total')}[{RANGE}]))"), "Checks"),),
            "none", words=REACH, width=6, decimals=0, spark=False, empty=drift.NO_CHECK,
        ),
        Tile(
            "Drift detections",
            "Checks of the time range that found drift (drift_detected_total).",
            (Query(tile(_detections()), "Detections"),),
            "none", bad_from(1), REACH, width=6, decimals=0, spark=False, empty=drift.NO_CHECK,
        ),
        Tile(
            "Fine-tuning triggers",
            "Triggers of the time range (finetuning_triggers_total): only drift that lasts makes one.",
            (Query(tile(_triggers()), "Triggers"),),
            "none", words=REACH, width=6, decimals=0, spark=False, empty=drift.NO_CHECK,
        ),
        Tile(
            "Check duration",
            "95 % of the checks of the time range took no longer (drift_check_duration_seconds).",
            (Query(tile(_duration()), "P95"),),
            "s", words=REACH, width=6, spark=False, empty=drift.NO_CHECK,
        ),
    )  # fmt: skip


def _detections() -> str:
    checks = f"sum(increase({plain('drift_checks_total')}[{RANGE}]))"
    return f"sum(increase({plain('drift_detected_total')}[{RANGE}])) or 0 * {checks}"


def _triggers() -> str:
    checks = f"sum(increase({plain('drift_checks_total')}[{RANGE}]))"
    return f"sum(increase({plain('finetuning_triggers_total')}[{RANGE}])) or 0 * {checks}"


def _duration() -> str:
    buckets = plain("drift_check_duration_seconds_bucket")
    return f"histogram_quantile(0.95, sum by (le) (increase({buckets}[{RANGE}]))) >= 0"


def _features(limits: Limits) -> tuple[Kind, ...]:
    psi, verdict = plain("drift_feature_psi"), plain("drift_feature_severity")
    together = plain("drift_feature_psi", 'model="all"')
    return (
        Series(
            "PSI of each feature",
            "Less its mean under no drift, of all calls together (drift_feature_psi). Negative is noise.",
            (Query(f"max by (feature) ({together})", "{{feature}}"),),
            "none", drift.psi_steps(limits), lines=True, empty=drift.NO_CHECK,
        ),
        Table(
            "Features at the last check",
            "Every feature of every model that was compared: PSI less its bias, and its verdict (drift_feature_psi, "
            "drift_feature_severity).",
            (
                Query(f"max by (feature, model) ({psi})"),
                Query(f"max by (feature, model) ({verdict})"),
            ),
            keys=(Column("feature", "string"), Column("model", "string", link=MODEL_LINK)),
            columns=(
                Column("PSI", "none", drift.psi_steps(limits), decimals=3), Column("Verdict", "none", words=SEVERITY),
            ),
            sort="PSI", empty=drift.NO_CHECK,
        ),
    )  # fmt: skip


def _checks(limits: Limits) -> tuple[Kind, ...]:
    last, interval = plain("drift_last_check_timestamp_seconds"), plain("drift_check_interval_seconds")
    return (
        Tile(
            "Checks work",
            "Whether the last check was made without an error (drift_check_failing).",
            (Query(tile(f"max({plain('drift_check_failing')})"), "Checks"),),
            "none", bad_from(1), (*WORKS, *REACH), spark=False, empty=drift.NO_CHECK,
        ),
        Tile(
            "Last check ago",
            "Since drift was last checked without an error (drift_last_check_timestamp_seconds).",
            (Query(tile(f"time() - max({last})"), "Ago"),),
            "s", words=REACH, spark=False, empty=drift.NO_CHECK,
        ),
        Tile(
            "Intervals since the last check",
            "More than 2: a check is overdue (drift_check_interval_seconds, drift_last_check_timestamp_seconds).",
            (Query(tile(f"(time() - max({last})) / max({interval})"), "Intervals"),),
            "none", bad_above(2, 3), REACH, decimals=1, spark=False, empty="No reference in use",
        ),
        Table(
            "Reference in use",
            "What calls are compared with (drift_reference_info).",
            (Query(f"max by (reference, version) ({plain('drift_reference_info')})"),),
            keys=(Column("reference", "string"), Column("version", "string")),
            columns=(Column("In use", "none", words=YES),),
            height=4, empty="No reference in use",
        ),
        drift.recent(
            "Recent drift checks",
            "Every check of the time range, the newest first (table drift_metrics). The verdict is of all features "
            "together; PSI and KL are those of the most drifted one.",
            limits,
        ),
    )  # fmt: skip


def _events() -> tuple[Kind, ...]:
    return (
        Table(
            "Drift events",
            "What began, ended or failed, each told once (table drift_events).",
            sql=(
                Sql(
                    "SELECT timestamp, kind, severity, feature, model FROM drift_events"
                    " WHERE $__timeFilter(timestamp) ORDER BY timestamp DESC LIMIT 200"
                ),
            ),
            columns=(
                Column("Time", "dateTimeAsLocal", field="timestamp"), Column("Event", "string", field="kind"),
                Column("Verdict", "string", words=SEVERITIES, field="severity"),
                Column("Feature", "string", field="feature"), Column("Model", "string", link=MODEL_LINK, field="model"),
            ),
            empty="None",
        ),
        Table(
            "Triggers of fine-tuning",
            "Why, and what became of it (table finetuning_triggers).",
            sql=(
                Sql(
                    "SELECT timestamp, trigger_type, severity, reason, status, decided_by, training_job_id"
                    " FROM finetuning_triggers WHERE $__timeFilter(timestamp) ORDER BY timestamp DESC LIMIT 200"
                ),
            ),
            columns=(
                Column("Time", "dateTimeAsLocal", field="timestamp"), Column("Type", "string", field="trigger_type"),
                Column("Verdict", "string", words=SEVERITIES, field="severity"),
                Column("Reason", "string", field="reason"), Column("Status", "string", field="status"),
                Column("Decided by", "string", field="decided_by"),
                Column("Training job", "string", field="training_job_id"),
            ),
            empty="None",
        ),
        Tile(
            "Triggers that wait",
            "For a person to approve or reject them (finetuning_triggers_waiting): `sereno drift triggers`, or the "
            "page of drift.",
            (Query(tile(f"max({plain('finetuning_triggers_waiting')})"), "Waiting"),),
            "none", bad_above(1, 5), REACH, width=24, decimals=0, spark=False, empty="None",
        ),
    )  # fmt: skip

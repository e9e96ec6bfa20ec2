"""What the dashboards of drift share: figures, the one verdict, events as annotations."""

from __future__ import annotations

from sereno.dashboards.board import Mark
from sereno.dashboards.expressions import plain, tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import (
    PLAIN,
    REACH,
    SEVERITIES,
    SEVERITY,
    Step,
    Steps,
    graded,
    graded_down,
)
from sereno.dashboards.panel import Column, Gauge, Query, Series, Sql, Table, Tile
from sereno.dashboards.variables import INSTANCE, JOB

VARIABLES = (JOB, INSTANCE)
NO_CHECK = "No checks"
NO_ACCURACY = "Not measured"
WEEK = "timestamp >= now() - interval '7 days'"
DRIFTED = Mark(
    "Drift detected",
    "SELECT timestamp AS time, concat_ws(' ', severity, feature, nullif(model, '')) AS text, severity AS tags"
    " FROM drift_events WHERE kind = 'drift' AND $__timeFilter(timestamp) ORDER BY 1",
    "orange",
)
LOW_ACCURACY = Mark(
    "Low accuracy",
    "SELECT timestamp AS time, severity AS text, severity AS tags"
    " FROM drift_events WHERE kind = 'accuracy' AND $__timeFilter(timestamp) ORDER BY 1",
    "red",
)
TRIGGERED = Mark(
    "Fine-tuning triggered",
    "SELECT timestamp AS time, reason AS text, trigger_type AS tags"
    " FROM finetuning_triggers WHERE $__timeFilter(timestamp) ORDER BY 1",
    "purple",
)


def newest(metric: str) -> str:
    """A figure of the last check; several Serenos on one store tell the same."""
    return f"max({plain(metric)})"


def kl_steps(limits: Limits) -> Steps:
    """Colours of the KL divergence."""
    return graded(limits.kl_yellow, limits.kl_orange, limits.kl_red)


def psi_steps(limits: Limits) -> Steps:
    """Colours of the PSI."""
    return graded(limits.psi_yellow, limits.psi_orange, limits.psi_red)


def accuracy_steps(limits: Limits) -> Steps:
    """Colours of an accuracy."""
    return graded_down(limits.accuracy_red, limits.accuracy_orange, limits.accuracy_yellow)


def kl_gauge(limits: Limits, title: str, width: int = 6) -> Gauge:
    """The KL divergence now."""
    return Gauge(
        title,
        "KL divergence, current from reference, in nats, of the most drifted feature at the last check "
        "(drift_kl_divergence). Colours measure size alone; whether it is drift, the status says.",
        (Query(newest("drift_kl_divergence"), "KL"),),
        "none", kl_steps(limits), width=width, decimals=3, low=0, high=2 * limits.kl_red, empty=NO_CHECK,
    )  # fmt: skip


def psi_gauge(limits: Limits, title: str, width: int = 6) -> Gauge:
    """The PSI now."""
    return Gauge(
        title,
        "Population stability index of the most drifted feature at the last check, as measured (drift_psi). Colours "
        "measure size alone; whether it is drift, the status says.",
        (Query(newest("drift_psi"), "PSI"),),
        "none", psi_steps(limits), width=width, decimals=3, low=0, high=2 * limits.psi_red, empty=NO_CHECK,
    )  # fmt: skip


def accuracy_gauge(limits: Limits, title: str, metric: str, text: str, width: int = 6) -> Gauge:
    """An accuracy now."""
    return Gauge(
        title, text, (Query(newest(metric), "Accuracy"),),
        "percentunit", accuracy_steps(limits), width=width, decimals=1, low=0, high=1, empty=NO_ACCURACY,
    )  # fmt: skip


def status(width: int = 6, height: int = 6) -> Tile:
    """The one verdict."""
    return Tile(
        "Drift status",
        "The one verdict of the last check (drift_severity): drift only where it is significant (Benjamini and "
        "Hochberg) and large after the bias of PSI is taken off; of all calls and of each model, the gravest.",
        (Query(tile(newest("drift_severity")), "Status"),),
        "none", (Step(None, "green"), Step(1, "yellow"), Step(2, "orange"), Step(3, "red")), (*SEVERITY, *REACH),
        width=width, height=height, spark=False, empty="Not enough data",
    )  # fmt: skip


def course(figure: str, metric: str, column: str, name: str, steps: Steps, unit: str = "") -> tuple[Series, Series]:
    """A figure as Prometheus saw it, and of every check that the database remembers.

    Args:
        figure: what titles call it.
        metric: of Prometheus.
        column: of drift_metrics.
        name: of the line.
        steps: colours.
        unit: as the texts tell it, with what leads to it.
    """
    return (
        Series(
            f"Real-time {figure}", f"Of the last check, as Prometheus scraped it{unit} ({metric}).",
            (Query(newest(metric), name),), "none", steps, width=24, lines=True, low=0, empty=NO_CHECK,
        ),
        Series(
            f"Historical {figure}", f"Of every check, out of the database{unit} (drift_metrics.{column}).",
            (), "none", steps, width=24, lines=True, low=0, empty=NO_CHECK,
            sql=(
                Sql(
                    f"SELECT timestamp AS time, {column} FROM drift_metrics"  # noqa: S608  a column of ours
                    f" WHERE $__timeFilter(timestamp) AND {column} IS NOT NULL ORDER BY 1",
                    ((column, name),),
                ),
            ),
        ),
    )  # fmt: skip


def week_average(title: str, column: str, steps: Steps, width: int, height: int = 6) -> Tile:
    """The mean of a week's checks."""
    return Tile(
        title,
        f"Mean of the checks of the last 7 days (drift_metrics.{column}).",
        (), "none", steps, width=width, height=height, decimals=3, spark=False, empty=NO_CHECK,
        sql=(Sql(f"SELECT avg({column}) AS value FROM drift_metrics WHERE {WEEK}"),),  # noqa: S608  a column of ours
    )  # fmt: skip


def week_events(title: str, kind: str, text: str, width: int, height: int = 6) -> Tile:
    """How many events there were in a week."""
    return Tile(
        title, text, (), "none", (Step(None, "green"), Step(1, "orange"), Step(5, "red")),
        width=width, height=height, decimals=0, spark=False, empty=NO_CHECK,
        sql=(
            Sql(f"SELECT count(*) AS value FROM drift_events WHERE kind = '{kind}' AND {WEEK}"),  # noqa: S608  ours
        ),
    )  # fmt: skip


def recent(title: str, text: str, limits: Limits, height: int = 9) -> Table:
    """The last checks, the newest first."""
    return Table(
        title, text, width=24, height=height, empty=NO_CHECK,
        sql=(
            Sql(
                "SELECT timestamp, severity, psi, psi_corrected, kl_divergence, current_accuracy, combined_score,"
                " top_feature, n_current, status FROM drift_metrics"
                " WHERE $__timeFilter(timestamp) ORDER BY timestamp DESC LIMIT 200"
            ),
        ),
        columns=(
            Column("Time", "dateTimeAsLocal", field="timestamp"),
            Column("Verdict", "string", words=SEVERITIES, field="severity"),
            Column("PSI", "none", psi_steps(limits), decimals=3, field="psi"),
            Column("PSI less its bias", "none", PLAIN, decimals=3, field="psi_corrected"),
            Column("KL", "none", kl_steps(limits), decimals=3, field="kl_divergence"),
            Column("Accuracy", "percentunit", accuracy_steps(limits), decimals=1, field="current_accuracy"),
            Column("Score", "none", decimals=2, field="combined_score"),
            Column("Most drifted", "string", field="top_feature"),
            Column("Calls", "none", decimals=0, field="n_current"),
            Column("Check", "string", field="status"),
        ),
    )  # fmt: skip

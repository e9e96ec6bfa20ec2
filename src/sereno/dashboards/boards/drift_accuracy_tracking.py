"""Accuracy against its baseline."""

from __future__ import annotations

from sereno.dashboards import drift
from sereno.dashboards.board import Board, Section
from sereno.dashboards.expressions import tile
from sereno.dashboards.limits import Limits
from sereno.dashboards.meaning import REACH, SEVERITY, Step, Word
from sereno.dashboards.panel import BarChart, Kind, Query, Series, Sql, Tile

BASELINE, CURRENT = "drift_baseline_accuracy", "drift_current_accuracy"
BANDS = (
    Word(0, "Excellent", "green"), Word(1, "Good", "yellow"), Word(3, "Warning", "orange"), *SEVERITY[4:],
)  # fmt: skip


def board(limits: Limits) -> Board:
    """The dashboard."""
    return Board(
        uid="drift-accuracy-tracking",
        title="Drift monitoring: accuracy over time",
        text="Whether answers are as right as they were, by labels and evaluation sets.",
        folder="Drift",
        audiences=("developer", "manager"),
        variables=drift.VARIABLES,
        since="now-30d",
        marks=(drift.LOW_ACCURACY,),
        sections=(Section("", (*_course(limits), *_now(limits))),),
    )


def _course(limits: Limits) -> tuple[Kind, ...]:
    steps = drift.accuracy_steps(limits)
    return (
        Series(
            "Baseline and current accuracy",
            "Share of right answers before and now, as Prometheus scraped it (drift_baseline_accuracy, "
            "drift_current_accuracy).",
            (Query(drift.newest(BASELINE), "Baseline"), Query(drift.newest(CURRENT), "Current")),
            "percentunit", steps, width=24, lines=True, low=0, high=1, empty=drift.NO_ACCURACY,
        ),
        Series(
            "Historical accuracy",
            "The same of every check, out of the database (drift_metrics.baseline_accuracy, "
            "drift_metrics.current_accuracy).",
            (), "percentunit", steps, width=24, lines=True, low=0, high=1, empty=drift.NO_ACCURACY,
            sql=(
                Sql(
                    "SELECT timestamp AS time, baseline_accuracy, current_accuracy FROM drift_metrics"
                    " WHERE $__timeFilter(timestamp) AND current_accuracy IS NOT NULL ORDER BY 1",
                    (("baseline_accuracy", "Baseline"), ("current_accuracy", "Current")),
                ),
            ),
        ),
    )  # fmt: skip


def _now(limits: Limits) -> tuple[Kind, ...]:
    delta = f"{drift.newest(CURRENT)} - {drift.newest(BASELINE)}"
    return (
        drift.accuracy_gauge(
            limits, "Current accuracy", CURRENT, "Share of right answers at the last check (drift_current_accuracy).",
        ),
        drift.accuracy_gauge(
            limits, "Baseline accuracy", BASELINE,
            "Share of right answers that the last check compared with (drift_baseline_accuracy).",
        ),
        Tile(
            "Accuracy delta",
            "Current less baseline accuracy; below 0 it fell (drift_current_accuracy, drift_baseline_accuracy).",
            (Query(delta, "Delta"),),
            "percentunit", (Step(None, "red"), Step(-0.05, "orange"), Step(-0.02, "yellow"), Step(0, "green")),
            width=4, height=6, decimals=1, spark=False, empty=drift.NO_ACCURACY,
        ),
        Tile(
            "Accuracy verdict",
            "By the upper end of its 95 % interval (Wilson), so that few answers alarm nobody "
            "(drift_accuracy_severity): from 80 % excellent, from 75 % good, from 70 % a warning, critical below.",
            (Query(tile(drift.newest("drift_accuracy_severity")), "Verdict"),),
            "none", (Step(None, "green"), Step(1, "yellow"), Step(3, "orange"), Step(4, "red")), (*BANDS, *REACH),
            width=4, height=6, spark=False, empty=drift.NO_ACCURACY,
        ),
        drift.week_events(
            "Low accuracy events (7 days)", "accuracy",
            "Times that accuracy fell below its bands in the last 7 days (drift_events).", 4,
        ),
        BarChart(
            "Daily average accuracy (30 days)",
            "Mean of each day's checks, UTC (drift_metrics.current_accuracy).",
            (), "percentunit", drift.accuracy_steps(limits), width=24, low=0, high=1, decimals=1,
            empty=drift.NO_ACCURACY,
            sql=(
                Sql(
                    "SELECT to_char(timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,"
                    " avg(current_accuracy) AS accuracy"
                    " FROM drift_metrics WHERE timestamp >= now() - interval '30 days' AND current_accuracy IS NOT NULL"
                    " GROUP BY 1 ORDER BY 1",
                    (("accuracy", "Accuracy"),),
                ),
            ),
        ),
    )  # fmt: skip

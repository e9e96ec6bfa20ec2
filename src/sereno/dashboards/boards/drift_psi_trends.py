"""The population stability index, now and over time."""

from __future__ import annotations

from sereno.dashboards import drift
from sereno.dashboards.board import Board, Section
from sereno.dashboards.limits import Limits


def board(limits: Limits) -> Board:
    """The dashboard."""
    steps = drift.psi_steps(limits)
    return Board(
        uid="drift-psi-trends",
        title="Drift monitoring: PSI trends",
        text="How far the most drifted feature of calls is from its reference, by population stability index.",
        folder="Drift",
        audiences=("developer",),
        variables=drift.VARIABLES,
        since="now-7d",
        marks=(drift.DRIFTED,),
        sections=(
            Section(
                "",
                (
                    *drift.course("PSI", "drift_psi", "psi", "PSI", steps),
                    drift.psi_gauge(limits, "Current PSI"),
                    drift.week_average("7-day average PSI", "psi", steps, 6),
                    drift.week_events(
                        "PSI drift events (7 days)", "drift",
                        "Times that drift began or grew graver in the last 7 days (drift_events).", 6,
                    ),
                    drift.status(6),
                    drift.recent(
                        "Recent PSI measurements",
                        "Checks of the time range, the newest first (table drift_metrics).",
                        limits,
                    ),
                ),
            ),
        ),
    )  # fmt: skip

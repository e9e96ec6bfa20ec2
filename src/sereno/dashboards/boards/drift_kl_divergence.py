"""The KL divergence, now and over time."""

from __future__ import annotations

from sereno.dashboards import drift
from sereno.dashboards.board import Board, Section
from sereno.dashboards.limits import Limits


def board(limits: Limits) -> Board:
    """The dashboard."""
    steps = drift.kl_steps(limits)
    return Board(
        uid="drift-kl-divergence",
        title="Drift monitoring: KL divergence",
        text="How far the most drifted feature of calls is from its reference, by KL divergence.",
        folder="Drift",
        audiences=("developer",),
        variables=drift.VARIABLES,
        since="now-7d",
        marks=(drift.DRIFTED,),
        sections=(
            Section(
                "",
                (
                    *drift.course("KL divergence", "drift_kl_divergence", "kl_divergence", "KL", steps, ", in nats"),
                    drift.kl_gauge(limits, "Current KL divergence", 8),
                    drift.week_average("7-day average KL divergence", "kl_divergence", steps, 8),
                    drift.status(8),
                ),
            ),
        ),
    )  # fmt: skip

"""Objectives against one run: the same arithmetic as `sereno slo status`, with the run as the only window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from sereno.slo.samples import Cell
from sereno.slo.spec import Mean, Slo, decimal_text
from sereno.slo.status import Status, statuses, windows

Verdict = Literal["kept", "missed", "unknown"]


class Objective(msgspec.Struct, frozen=True):
    """How a run stands against an objective.

    Attributes:
        id: service and name.
        verdict: `unknown` when the run cannot tell.
        reason: why it cannot; None if no request had what the objective measures (nobody told its cost, say).
        target: as text: percent of good events, or the greatest mean with its variance.
        attained: percent of good events, or the mean.
        events: how many it is of.
    """

    id: str
    description: str
    verdict: Verdict
    target: str
    attained: float | None
    events: float | None
    reason: str | None = None


def judge(slos: Sequence[Slo], cells: Sequence[Cell]) -> list[Objective]:
    """Each objective's verdict: missed when the run alone spent more than its share of errors.

    Args:
        slos: the objectives.
        cells: the run's requests, as `Tally.cells` counts them.
    """
    answers = dict.fromkeys(windows(slos), cells)
    return [_objective(status) for status in statuses(slos, answers, 0.0)]


def _objective(status: Status) -> Objective:
    slo, period = status.slo, status.period
    if isinstance(slo.indicator, Mean):
        target = f"≤ {decimal_text(slo.indicator.at_most)} +{decimal_text(slo.budget * 100)} %"
    else:
        target = f"{decimal_text(slo.objective)} %"
    if period is None or period.rate is None or period.error is None:
        return Objective(slo.id, slo.description, "unknown", target, None, None, status.unknown)
    attained = period.mean if slo.is_mean else status.attained
    # A billionth is forgiven: 0.5 % of 200 requests is one, whatever floating point says of 1/200.
    verdict: Verdict = "kept" if period.error <= float(slo.budget) + 1e-9 else "missed"
    return Objective(slo.id, slo.description, verdict, target, attained, period.events)

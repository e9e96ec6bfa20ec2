"""How a budget went over its period: what was left of it after each part."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import msgspec

from sereno.slo.samples import Cell
from sereno.slo.spec import Mean, Slo
from sereno.slo.status import counts


class Left(msgspec.Struct, frozen=True):
    """What is left of a budget at a moment.

    Attributes:
        at: epoch seconds.
        left: share of the budget, below 0 when overdrawn; None where no event has come yet.
        events: of the part that ends then. bad: those of them that missed, of a ratio; None of a mean.
    """

    at: float
    left: float | None
    events: float
    bad: float | None = None


def burndown(slo: Slo, parts: Sequence[tuple[float, Sequence[Cell]]]) -> list[Left]:
    """What was left after each part of the period.

    A ratio's budget is what all events of the period allow, so errors only take from it, and the last value is the
    objective's own. A mean's is that of the events so far: dear requests take, cheap ones give back.

    Args:
        slo: the objective.
        parts: end (epoch seconds) and calls of each part, in order; together they are the period.

    Raises:
        NotRecordedError: the record cannot answer for this objective.
    """
    found = [counts(slo.indicator, cells) for _, cells in parts]
    above = list(accumulate(bad for bad, _ in found))
    seen = list(accumulate(events for _, events in found))
    total = seen[-1] if seen else 0.0
    out = []
    for (at, _), (missed, events), bad, so_far in zip(parts, found, above, seen, strict=True):
        if not so_far:
            left = None
        elif isinstance(slo.indicator, Mean):
            left = 1 - max(0.0, bad / so_far / float(slo.indicator.at_most) - 1) / float(slo.budget)
        else:
            left = 1 - bad / total / float(slo.budget)
        out.append(Left(at, left, events, None if isinstance(slo.indicator, Mean) else missed))
    return out

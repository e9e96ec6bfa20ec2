"""Diagnosis: what may be behind the most striking fact of a chart, the likeliest first, and what to do next.

A cause comes before its effect. Suspects are events and the moves of other series shortly before, and series that lead
the one in question; each is tied to the fact that speaks for it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import msgspec

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.choosing import outermost

Ground = Literal["event", "series", "lead", "together"]
_STRIKING = ("threshold", "anomaly", "change_point", "capacity", "gap", "flat")
_MOVES = frozenset({"anomaly", "change_point", "threshold", "gap"})
MOST = 3
_LEAST_WINDOW = 60.0
_WINDOW_SHARE = 0.25
"""How long before its effect a cause is looked for, as a share of the chart's range."""


class Cause(msgspec.Struct, frozen=True):
    """A suspect.

    Attributes:
        fact: what speaks for it. ground: why it is suspected. score: how much, larger first.
    """

    fact: Fact
    ground: Ground
    score: float


def striking(sheet: FactSheet, series: Collection[str] = ()) -> Fact | None:
    """The fact that a diagnosis is about: the most important one that may be a fault; None where nothing is.

    Args:
        sheet: all facts.
        series: names that were asked about; their facts come first.
    """
    found = outermost([fact for fact in sheet.facts if fact.kind in _STRIKING])
    return max(found, key=lambda fact: (bool(set(series) & set(fact.series)), fact.weight), default=None)


def began(fact: Fact) -> float | None:
    """When what a fact tells began, epoch seconds."""
    for name in ("at", "start", "first"):
        for time in fact.times:
            if time.name == name:
                return time.at
    return fact.start


def causes(sheet: FactSheet, effect: Fact) -> list[Cause]:
    """What may be behind a fact, the likeliest first.

    Args:
        sheet: all facts of the chart.
        effect: one of them.
    """
    at = began(effect)
    found: list[Cause] = []
    window = _window(sheet)
    for fact in sheet.facts:
        if fact is effect:
            continue
        before = _before(fact, at)
        near = before is not None and 0 <= before <= window
        closeness = 1.0 - before / window if near and before is not None else 0.0
        if fact.kind == "event" and near:
            found.append(Cause(fact, "event", 2.0 + closeness))
        elif fact.kind in _MOVES and near and before and not set(fact.series) & set(effect.series):
            found.append(Cause(fact, "series", 1.0 + closeness * fact.weight))
        elif fact.kind == "lead_lag" and len(fact.series) > 1 and fact.series[1] in effect.series:
            found.append(Cause(fact, "lead", 1.0 + fact.weight))
        elif fact.kind == "correlation" and set(effect.series) & set(fact.series):
            found.append(Cause(fact, "together", fact.weight))
    kept: dict[tuple[str, str, float | None], Cause] = {}
    for cause in sorted(found, key=lambda one: -one.score):
        # An event is told once for each series that moved around it.
        kept.setdefault((cause.ground, cause.fact.label or cause.fact.id, began(cause.fact)), cause)
    return list(kept.values())[:MOST]


def _window(sheet: FactSheet) -> float:
    span = sheet.end - sheet.start if sheet.start is not None and sheet.end is not None else 0.0
    return max(_LEAST_WINDOW, span * _WINDOW_SHARE)


def _before(fact: Fact, at: float | None) -> float | None:
    start = began(fact)
    return None if at is None or start is None else at - start

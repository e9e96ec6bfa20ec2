"""What matters to a reader: the order of facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import isfinite

import msgspec

from sereno.explain.fact import Fact, Kind

IMPORTANCE: dict[Kind, float] = {
    "threshold": 1.0,
    "capacity": 0.95,
    "change_point": 0.9,
    "anomaly": 0.85,
    "trend": 0.75,
    "event": 0.7,
    "comparison": 0.6,
    "composition": 0.6,
    "level": 0.55,
    "seasonality": 0.55,
    "lead_lag": 0.5,
    "gap": 0.5,
    "correlation": 0.45,
    "flat": 0.45,
    "forecast": 0.4,
    "range": 0.35,
    "data": 0.3,
}
"""How much a kind of fact tells at its strongest."""
SHARE_OF_STRENGTH = 0.6
NOTHING = frozenset({"empty", "all_missing", "one_point"})
"""Notes of `data` that come first: there is nothing else to tell."""


def weigh(fact: Fact) -> float:
    """Weight 0–1 from the kind's importance and the fact's strength among its kind (its weight so far)."""
    importance = 1.0 if fact.kind == "data" and fact.note in NOTHING else IMPORTANCE[fact.kind]
    strength = min(max(fact.weight, 0.0), 1.0) if isfinite(fact.weight) else 0.0
    if fact.kind == "trend" and fact.direction == "flat":
        importance *= 0.5
    return round(importance * (1.0 - SHARE_OF_STRENGTH + SHARE_OF_STRENGTH * strength), 6)


def ranked(found: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts with their ids (kind and count, in the order found), most important first; ties in the order found."""
    counts: Counter[str] = Counter()
    facts = []
    for fact in found:
        counts[fact.kind] += 1
        p_value = fact.p_value if fact.p_value is not None and isfinite(fact.p_value) else None
        name = f"{fact.kind}-{counts[fact.kind]}"
        facts.append(msgspec.structs.replace(fact, id=name, p_value=p_value, weight=weigh(fact)))
    return tuple(sorted(facts, key=lambda fact: -fact.weight))

"""Which facts a claim may be about: by the series, the period and the kind of thing that its sentence names."""

from __future__ import annotations

from sereno.explain.fact import Fact
from sereno.explain.verify.context import Context

_COMPARED = frozenset(
    {"", "before", "from", "to", "change", "said_before", "said_after", "last", "mean", "median", "min", "max", "p95"}
)
"""Roles that a figure of a comparison may have."""

LASTING = frozenset(
    {"anomaly", "spike", "gap", "flat", "change_point", "seasonality", "threshold", "event", "lead_lag"}
)


def about(fact: Fact | None, series: tuple[str, ...]) -> bool:
    """Whether a fact speaks of every series named; a fact of the sheet, or without series, speaks of all."""
    return fact is None or not fact.series or set(series) <= set(fact.series)


def of_period(fact: Fact | None, context: Context) -> bool:
    """Whether a fact may be meant where a text compares with a period: what is told so is of that comparison."""
    if not context.period or context.role not in _COMPARED:
        return True
    return fact is not None and fact.kind == "comparison" and fact.note == context.period


def kinds_of(noun: str) -> tuple[str, ...]:
    """Kinds of fact that a counted noun counts; none where it counts figures."""
    return {"spike": ("anomaly",), "data": (), "series": ()}.get(noun, (noun,))

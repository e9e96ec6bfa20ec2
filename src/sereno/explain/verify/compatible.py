"""Which figures of facts a word for a role, or a noun for a kind of thing, lets a number be."""

from __future__ import annotations

from sereno.explain.fact import Kind
from sereno.explain.verify.evidence import Evidence

_ROLES: dict[str, frozenset[str]] = {
    "mean": frozenset({"mean"}),
    "median": frozenset({"median"}),
    "min": frozenset({"min"}),
    "max": frozenset({"max"}),
    "peak": frozenset({"max", "value"}),
    "last": frozenset({"last", "after"}),
    "ended": frozenset({"last"}),
    "first": frozenset({"first", "before"}),
    "expected": frozenset({"expected"}),
    "usual": frozenset({"expected", "mean", "median"}),
    "before": frozenset({"before", "expected", "first"}),
    "after": frozenset({"after", "last"}),
    "change": frozenset({"change", "slope", "amplitude"}),
    "slope": frozenset({"slope", "change"}),
    "forecast": frozenset({"forecast"}),
    "threshold": frozenset({"threshold"}),
    "limit": frozenset({"threshold"}),
    "std": frozenset({"std"}),
    "std_count": frozenset({"std_count"}),
    "total": frozenset({"total", "count", "duration"}),
    "share": frozenset({"share"}),
    "explained": frozenset({"strength"}),
    "correlation": frozenset({"correlation", "strength"}),
    "period": frozenset({"period", "duration"}),
    "lag": frozenset({"lag", "duration"}),
    "said_before": frozenset({"lag", "duration", "before", "first"}),
    "said_after": frozenset({"lag", "duration", "after", "last"}),
    "duration": frozenset({"duration", "range", "lag"}),
    "p": frozenset({"p"}),
    "confidence": frozenset({"confidence"}),
    "interval": frozenset({"interval", "low", "high", "confidence"}),
}
_KINDS: dict[str, frozenset[Kind]] = {
    "forecast": frozenset({"forecast", "capacity"}),
}
"""Kinds of which every figure may have the role."""
_OF_STRETCHES: frozenset[Kind] = frozenset({"anomaly", "change_point", "comparison", "event"})
"""Kinds whose levels are means over a stretch."""
_NEVER_FROM = frozenset({"after", "last", "change", "slope", "max", "p", "confidence", "correlation"})
_NEVER_TO = frozenset({"before", "first", "expected", "change", "slope", "p", "confidence", "correlation"})
_SAID_ONLY = frozenset({"p", "confidence"})
"""Roles that a number has only where a word says so."""
_BOUNDS = frozenset({"low", "high"})

_TOLD_OF = frozenset({"anomaly", "change_point", "gap", "flat", "comparison", "event"})
"""Nouns of which a mean may be told."""

NOUNS: dict[str, frozenset[Kind]] = {
    "comparison": frozenset({"comparison"}),
    "range": frozenset({"range"}),
    "anomaly": frozenset({"anomaly"}),
    "spike": frozenset({"anomaly", "range", "change_point", "threshold"}),
    "change_point": frozenset({"change_point"}),
    "gap": frozenset({"gap", "data"}),
    "flat": frozenset({"flat"}),
    "trend": frozenset({"trend"}),
    "seasonality": frozenset({"seasonality"}),
    "forecast": frozenset({"forecast", "capacity"}),
    "threshold": frozenset({"threshold", "capacity"}),
    "capacity": frozenset({"capacity", "threshold"}),
    "correlation": frozenset({"correlation", "lead_lag"}),
    "lead_lag": frozenset({"lead_lag", "correlation"}),
}
"""Kinds of fact that a noun of a clause speaks of; a noun without an entry limits nothing."""


def role_allows(role: str, evidence: Evidence, kind: Kind | None, noun: str = "") -> bool:
    """Whether a figure may be what a text calls by a role.

    Args:
        role: as `context.Context.role`; "" where nothing is said.
        evidence: the figure.
        kind: of its fact, None for the sheet's own.
        noun: the class of thing spoken of: a mean with none is of the whole series, not of a stretch.
    """
    if kind == "forecast" and evidence.name == "last_level" and role not in {"from", "before", "first", "last"}:
        return False  # where the forecast begins is not what is forecast
    if role == "ratio_of":
        return "ratio" in evidence.roles
    if role == "" and (
        evidence.roles == {"expected"} or (evidence.roles == {"duration"} and noun in {"", "threshold"})
    ):
        return kind == "forecast"  # what was expected, and how long it took, are said with a word for it
    if role == "" and evidence.roles == {"threshold"} and noun not in {"threshold", "capacity"}:
        return False  # a limit is said to be one
    if role == "" and evidence.roles == {"strength"}:
        return False  # how much of a swing a cycle explains is said so
    if role == "" and evidence.roles == {"share"} and kind in {"flat", "threshold"}:
        return False  # how much of the chart it took is said so
    if role == "max" and kind == "anomaly" and noun != "anomaly":
        return False  # the greatest of an odd stretch is not that of the series
    if role == "forecast" and kind == "capacity" and evidence.roles & {"last", "threshold"}:
        return False  # neither what is now nor the limit is what is forecast
    if role == "threshold" and kind == "capacity" and "threshold" in evidence.roles:
        return False  # that a share ends at 100 % is no threshold that somebody set
    if role == "ended" and kind in {"trend", "forecast"}:
        return False  # where a line ends is not the last value
    if role == "duration" and kind == "capacity":
        return False  # what is left is no time that something took
    if role in {"", "forecast"} and evidence.name == "horizon":
        return False  # how far a forecast looks is not what it says
    if role == "" and kind == "composition" and evidence.roles & {"mean", "median", "min", "max"}:
        return False  # of all parts, which a part's own figure is not
    if role == "":
        return not evidence.roles & (_SAID_ONLY | _BOUNDS) and evidence.roles != {"count"}
    if role in {"from", "to"} and kind == "level" and not evidence.roles & {"first", "last"}:
        return False  # a mean or a percentile is no place that a series came from or went to
    if role in {"from", "to"}:
        never = _NEVER_FROM if role == "from" else _NEVER_TO
        if evidence.roles & _BOUNDS:
            return kind in {"forecast", "capacity"}
        return not evidence.roles & never
    if role == "mean" and noun and kind in _OF_STRETCHES and evidence.roles & {"value", "before", "after", "last"}:
        return not evidence.roles & {"low", "high", "change", "max"}  # its peak is not its mean
    if role == "interval" and kind == "range":
        return bool(evidence.roles & {"min", "max"})  # "stayed between 3 and 5"
    if role == "last" and kind in {"trend", "forecast"}:
        return False  # where a line ends is not the last value
    if role == "period" and evidence.roles == {"duration"}:
        return kind == "data"  # "a point every 15 s"
    if role == "before" and kind == "anomaly" and not noun:
        return False
    if role in {"first", "last"} and kind in _OF_STRETCHES and not noun:
        return False  # the mean of the last stretch is not the last value
    if role == "expected" and kind == "forecast":
        return False  # what was expected is of the past
    wanted = _ROLES.get(role, frozenset({role}))
    if evidence.roles & wanted:
        # An interval's bound is a bound, not the figure itself: "the mean is 3.1 s" is not its lower end.
        return role == "interval" or not evidence.roles & _BOUNDS
    return kind in _KINDS.get(role, frozenset()) and not evidence.roles & (_SAID_ONLY | _BOUNDS)


def noun_allows(noun: str, kind: Kind | None) -> bool:
    """Whether a fact of a kind may be what a noun speaks of."""
    allowed = NOUNS.get(noun)
    return allowed is None or kind is None or kind in allowed


def named_allows(role: str, noun: str, kind: Kind | None, *, led: bool) -> bool:
    """Whether a figure told by its name may be of a kind of fact, beside a noun for another thing.

    Args:
        role: `mean`, `median`, `min` or `max`.
        noun: what its clause speaks of.
        kind: of the fact.
        led: whether the noun stands before the figure: "the anomaly has a mean of 3 s" tells the anomaly's mean,
            "the maximum of 3 s was an anomaly" the series' maximum.
    """
    if not led or noun not in _TOLD_OF:
        return True
    return noun_allows(noun, kind) or (role in {"min", "max"} and kind == "range")

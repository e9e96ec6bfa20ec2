"""What a sheet of facts lets a text say: every figure and moment of every fact, with its role, ready to be matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.verify.units import PERCENT, PLAIN, TIME, Unit, figure_unit

_TOKENS: dict[str, str] = {
    "mean": "mean", "average": "mean", "avg": "mean", "median": "median", "min": "min", "minimum": "min",
    "lowest": "min",
    "max": "max", "maximum": "max", "highest": "max", "peak": "max", "expected": "expected", "baseline": "expected",
    "usual": "expected", "normal": "expected", "before": "before", "reference": "before", "previous": "before",
    "earlier": "before", "after": "after", "current": "last", "last": "last", "latest": "last", "first": "first",
    "change": "change", "difference": "change", "delta": "change", "drop": "change", "rise": "change",
    "excess": "change",
    "size": "change", "deviation": "change", "slope": "slope", "forecast": "forecast", "predicted": "forecast",
    "projected": "forecast", "threshold": "threshold", "limit": "threshold", "capacity": "threshold", "std": "std",
    "stddev": "std", "sigma": "std", "mad": "std", "scale": "std", "spread": "std", "total": "total", "sum": "total",
    "share": "share", "part": "share", "correlation": "correlation", "rho": "correlation", "r": "correlation",
    "tau": "correlation", "period": "period", "lag": "lag", "lead": "lag", "count": "count", "points": "count",
    "n": "count", "anomalies": "count", "cycles": "count", "crossings": "count", "times": "count",
    "held": "duration", "remaining": "lag", "horizon": "lag", "delay": "lag", "gaps": "count", "pairs": "count",
    "rank": "count", "above": "duration", "step": "duration", "missing": "count", "duration": "duration",
    "length": "duration", "time": "duration",
    "z": "std_count",
    "score": "std_count", "value": "value", "observed": "value", "actual": "value", "level": "value",
    "amplitude": "amplitude",
    "strength": "strength", "ratio": "ratio", "factor": "ratio", "confidence": "confidence", "p": "p",
    "start": "first", "end": "last", "low": "low", "high": "high", "bound": "interval",
}  # fmt: skip
"""Words that names of figures are made of, and the role each gives."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One figure that a text may tell.

    Attributes:
        fact: index in the sheet, −1 for what is true of the sheet itself.
        name: of the figure in its fact. roles: what it is.
        value: in base units of the dimension. unit: what it measures. native: factor of the unit it came in.
        per: seconds of the denominator where it is a slope, None otherwise.
        unknown: whether the chart says no unit, so that a text may know it.
    """

    fact: int
    name: str
    roles: frozenset[str]
    value: float
    unit: Unit
    native: float = 1.0
    per: float | None = None
    unknown: bool = False


class Instant(msgspec.Struct, frozen=True):
    """One moment that a text may tell: the fact's index, the moment's role, epoch seconds."""

    fact: int
    name: str
    at: float


class EvidenceBook(msgspec.Struct, frozen=True, kw_only=True):
    """All evidence of a sheet.

    Attributes:
        figures, instants: what may be told. counts: how many facts of a kind, overall and by series.
        ratios: (fact index, what it is now over what it was before).
    """

    sheet: FactSheet
    figures: tuple[Evidence, ...]
    instants: tuple[Instant, ...]
    ratios: tuple[tuple[int, float], ...]
    counts: dict[tuple[str, str], int]
    end: float | None


def collect(sheet: FactSheet) -> EvidenceBook:
    """Everything that a sheet lets a text say."""
    counts: Counter[tuple[str, str]] = Counter()
    for fact in sheet.facts:
        counts[fact.kind, ""] += 1
        for name in set(fact.series):
            counts[fact.kind, name] += 1
    end = sheet.end
    if end is None:
        moments = [fact.end for fact in sheet.facts if fact.end is not None]
        end = max(moments, default=None)
    return EvidenceBook(
        sheet=sheet,
        figures=(*_of_sheet(sheet), *(one for i, fact in enumerate(sheet.facts) for one in _of_fact(i, fact))),
        instants=tuple(_instants(sheet)),
        ratios=tuple(one for i, fact in enumerate(sheet.facts) for one in _ratios(i, fact)),
        counts=dict(counts),
        end=end,
    )


def roles_of(name: str) -> frozenset[str]:
    """The roles that the words of a figure's name give it."""
    found = {_TOKENS[word] for word in name.lower().split("_") if word in _TOKENS}
    found |= {word for word in name.lower().split("_") if word[:1] == "p" and word[1:].isdigit()}
    return frozenset(found or {"value"})


_PURE = frozenset({"count", "correlation", "p", "std_count", "ratio", "strength"})
"""Roles of figures that have no unit by nature."""
_LASTING = frozenset({"anomaly", "gap", "flat", "comparison"})
"""Kinds whose start and end say how long it lasted; of the others they are the chart's."""
_PER = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86400.0,
    "week": 604800.0,
    "month": 2629746.0,
    "year": 31556952.0,
}


def _of_fact(index: int, fact: Fact) -> Iterator[Evidence]:
    for number in fact.numbers:
        roles = roles_of(number.name)
        unit = figure_unit(number.name, number.unit)
        per = None
        if "_per_" in number.name:
            per = _PER.get(number.name.rsplit("_per_", 1)[1])
        for name, value, more in (
            (number.name, number.value, frozenset[str]()),
            (f"{number.name}.low", number.low, frozenset({"interval", "low"})),
            (f"{number.name}.high", number.high, frozenset({"interval", "high"})),
        ):
            if value is not None:
                yield Evidence(
                    fact=index,
                    name=name,
                    roles=roles | more,
                    value=value * unit.factor,
                    unit=unit,
                    native=unit.factor,
                    per=per,
                )
    if fact.p_value is not None:
        yield Evidence(fact=index, name="p_value", roles=frozenset({"p"}), value=fact.p_value, unit=Unit(PLAIN))
    if fact.confidence is not None:
        roles = frozenset({"confidence"})
        yield Evidence(fact=index, name="confidence", roles=roles, value=fact.confidence * 100, unit=Unit(PERCENT))
    if fact.kind in _LASTING and fact.start is not None and fact.end is not None and fact.end > fact.start:
        roles = frozenset({"duration"})
        yield Evidence(fact=index, name="duration", roles=roles, value=fact.end - fact.start, unit=Unit(TIME))


def _of_sheet(sheet: FactSheet) -> Iterator[Evidence]:
    if sheet.start is not None and sheet.end is not None and sheet.end > sheet.start:
        roles = frozenset({"duration", "range"})
        yield Evidence(fact=-1, name="range", roles=roles, value=sheet.end - sheet.start, unit=Unit(TIME))


def _instants(sheet: FactSheet) -> Iterator[Instant]:
    for name, at in (("start", sheet.start), ("end", sheet.end)):
        if at is not None:
            yield Instant(-1, name, at)
    for index, fact in enumerate(sheet.facts):
        seen = set()
        for name, moment in (*((time.name, time.at) for time in fact.times), ("start", fact.start), ("end", fact.end)):
            if moment is not None and (name, moment) not in seen:
                seen.add((name, moment))
                yield Instant(index, name, moment)


def _ratios(index: int, fact: Fact) -> Iterator[tuple[int, float]]:
    """How many times its earlier value a figure is, where a fact tells both or the change in percent."""
    by_role: dict[str, float] = {}
    for number in fact.numbers:
        roles = roles_of(number.name)
        if "ratio" in roles:
            yield index, number.value
        if "change" in roles and "percent" in number.name:
            yield index, 1 + number.value / 100
        for role in ("before", "expected", "first", "after", "value", "last"):
            if role in roles and "change" not in roles:
                by_role.setdefault(role, number.value)
    for old, new in (
        ("before", "after"),
        ("expected", "value"),
        ("first", "last"),
        ("before", "value"),
        ("before", "last"),
    ):
        if by_role.get(old) and new in by_role:
            yield index, by_role[new] / by_role[old]

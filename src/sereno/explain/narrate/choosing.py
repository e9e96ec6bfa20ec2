"""Which facts an analysis tells, and in which order; for a question, those that its words are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, get_args

from sereno.explain.fact import Fact, FactSheet, Kind
from sereno.explain.verify.lexicon import lexicon
from sereno.explain.verify.names import find_names, names_of

Analysis = Literal["trends", "anomalies", "comparison", "plain", "diagnosis", "question"]
ANALYSES: tuple[Analysis, ...] = get_args(Analysis)
MOST = 8
"""Facts that one text tells; the rest is in the table of facts."""

_KINDS: dict[Analysis, tuple[Kind, ...]] = {
    "trends": (
        "trend",
        "change_point",
        "seasonality",
        "forecast",
        "capacity",
        "lead_lag",
        "level",
        "composition",
        "data",
    ),
    "anomalies": ("anomaly", "change_point", "gap", "flat", "threshold", "event", "data"),
    "comparison": ("comparison", "change_point", "trend", "composition", "level", "data"),
    "plain": (
        "level",
        "trend",
        "anomaly",
        "comparison",
        "threshold",
        "capacity",
        "seasonality",
        "composition",
        "gap",
        "data",
    ),
    "diagnosis": ("anomaly", "change_point", "threshold", "capacity", "gap", "flat", "trend"),
    "question": get_args(Kind),
}
_ASKED: dict[str, tuple[Kind, ...]] = {
    "anomaly": ("anomaly",), "spike": ("anomaly", "range"), "change_point": ("change_point",), "gap": ("gap",),
    "flat": ("flat",), "trend": ("trend",), "seasonality": ("seasonality",), "forecast": ("forecast", "capacity"),
    "threshold": ("threshold",), "capacity": ("capacity",), "correlation": ("correlation", "lead_lag"),
    "lead_lag": ("lead_lag",), "event": ("event",),
    "mean": ("level",), "median": ("level",), "min": ("range", "level"), "max": ("range", "level"), "peak": ("range",
    "anomaly"),
    "last": ("level",), "expected": ("anomaly",), "before": ("comparison",), "share": ("composition",),
    "total": ("composition",),
    "period": ("seasonality",), "lag": ("lead_lag",), "change": ("trend", "comparison", "change_point"),
    "up": ("trend", "change_point"), "down": ("trend", "change_point"),
}  # fmt: skip
"""Words of a question, by their class in the lexicon → kinds of fact that answer it."""
_WHY = re.compile(r"(?<!\w)(?:why|cause|reason|because|por qu[eé]|causa|motivo)(?!\w)", re.IGNORECASE)


def chosen(sheet: FactSheet, analysis: Analysis, question: str = "", language: str = "en") -> list[Fact]:
    """The facts that a text of an analysis tells, first things first.

    Args:
        sheet: all facts, most important first.
        analysis: what is asked.
        question: of a free question, in `language`.
        language: whose words the question is read with.
    """
    if analysis == "question":
        return _answering(sheet, question, language)[:MOST]
    kinds = _KINDS[analysis]
    found = outermost([fact for fact in sheet.facts if fact.kind in kinds])
    if analysis == "plain":
        found = _one_of_each(found)
    return sorted(found, key=lambda fact: (kinds.index(fact.kind) > _lead(analysis), -fact.weight))[:MOST]


def outermost(facts: Sequence[Fact]) -> list[Fact]:
    """Of several lines that a series went beyond the farthest alone, since it went beyond the others too."""
    last: dict[tuple[tuple[str, ...], str, str], Fact] = {}
    for fact in facts:
        if fact.kind == "threshold" and fact.direction is not None:
            key, sign = (fact.series, fact.direction, fact.note), 1 if fact.direction == "up" else -1
            last[key] = max(last.get(key, fact), fact, key=lambda one: sign * _line(one))
    kept = {id(fact) for fact in last.values()}
    return [fact for fact in facts if fact.kind != "threshold" or fact.direction is None or id(fact) in kept]


def _line(fact: Fact) -> float:
    return next((number.value for number in fact.numbers if number.name == "threshold"), 0.0)


def asks_why(question: str) -> bool:
    """Whether a question wants causes."""
    return _WHY.search(question) is not None


def _lead(analysis: Analysis) -> int:
    """The last of the kinds that come first whatever the weights."""
    return 0 if analysis in {"comparison", "anomalies"} else 2


def _one_of_each(facts: list[Fact]) -> list[Fact]:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    kept = []
    for fact in facts:
        key = (fact.kind, fact.series)
        if key not in seen:
            seen.add(key)
            kept.append(fact)
    return kept


def _answering(sheet: FactSheet, question: str, language: str) -> list[Fact]:
    words = lexicon(language)
    asked: set[str] = set()
    for table in (words.kinds, words.roles, words.directions):
        asked |= {name for name, pattern in table.items() if pattern.search(question)}
    kinds = {kind for name in asked for kind in _ASKED.get(name, ())}
    series = {name for _, _, name in find_names(question, names_of(sheet))}

    def rank(fact: Fact) -> tuple[float, float]:
        named = bool(series & set(fact.series))
        about = 2.0 * (fact.kind in kinds) + 2.0 * named - 4.0 * (bool(series) and not named)
        return (-about, -fact.weight)

    ranked = sorted(sheet.facts, key=rank)
    if kinds or series:
        fitting = [fact for fact in ranked if rank(fact)[0] < 0]
        best = rank(fitting[0])[0] if fitting else 0.0
        return [fact for fact in fitting if rank(fact)[0] <= best + 1.0][:4] or ranked[:3]
    return ranked[:5]

"""The narrator that needs no model: facts to a text, sentence by sentence, at once, in English and Spanish."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.causes import Cause, causes, striking
from sereno.explain.narrate.choosing import Analysis, asks_why, chosen
from sereno.explain.narrate.telling import fields, spoken, tell, text
from sereno.explain.verify.names import find_names, names_of

_EMPTY = {
    "anomalies": ("anomaly", "no_anomalies"),
    "comparison": ("comparison", "no_comparison"),
    "trends": ("trend", "no_trend"),
}
_ADVICE = {
    "anomaly": "advice_anomaly", "change_point": "advice_change", "threshold": "advice_threshold",
    "capacity": "advice_capacity", "gap": "advice_gap", "flat": "advice_gap",
}  # fmt: skip


def narrate(sheet: FactSheet, analysis: Analysis, *, language: str = "en", question: str = "") -> Iterator[str]:
    """The text of an analysis in pieces, each a sentence or a break between paragraphs.

    Args:
        sheet: the facts.
        analysis: which of them, and told for whom.
        language: BCP 47; Spanish is spoken, everything else gets English.
        question: of the analysis `question`.
    """
    tongue = spoken(language)
    if not sheet.facts:
        yield text("no_facts", tongue)
        return
    if analysis == "diagnosis" or (analysis == "question" and asks_why(question)):
        yield from _diagnosis(sheet, tongue, {name for _, _, name in find_names(question, names_of(sheet))})
        return
    facts = chosen(sheet, analysis, question, tongue)
    yield text(f"intro_{analysis}", tongue) + "\n\n"
    kind, sentence = _EMPTY.get(analysis, ("", ""))
    if kind and not any(fact.kind == kind for fact in sheet.facts):
        yield text(sentence, tongue) + " "
    for position, fact in enumerate(facts):
        yield tell(fact, sheet, tongue, plain=analysis == "plain") + _gap(facts, position)
    if not facts:
        yield text("more", tongue)


def _gap(facts: list[Fact], position: int) -> str:
    """Between sentences of one series a space, between those of two a new paragraph."""
    if position + 1 == len(facts):
        return ""
    return " " if facts[position + 1].series == facts[position].series else "\n\n"


def _diagnosis(sheet: FactSheet, tongue: str, asked: set[str]) -> Iterator[str]:
    effect = striking(sheet, asked)
    if effect is None:
        yield text("nothing_wrong", tongue) + "\n\n"
        for position, fact in enumerate(listed := chosen(sheet, "trends", "", tongue)[:3]):
            yield tell(fact, sheet, tongue) + _gap(listed, position)
        return
    yield text("intro_diagnosis", tongue) + "\n\n"
    yield tell(effect, sheet, tongue) + "\n\n"
    suspects = causes(sheet, effect)
    for position, cause in enumerate(suspects, 1):
        yield f"{position}. {_cause(cause, sheet, tongue)}\n"
    if not suspects:
        yield text("cause_none", tongue) + "\n"
    yield "\n" + text("advice", tongue) + " " + _advice(effect, suspects, sheet, tongue)


def _cause(cause: Cause, sheet: FactSheet, tongue: str) -> str:
    have = fields(cause.fact, sheet, tongue)
    when = have.get("t_at") or have.get("t_start") or ""
    match cause.ground:
        case "event":
            return text("cause_event", tongue, event=have.get("label", have["series"]), t_event=when)
        case "series":
            return text("cause_series", tongue, other=have["series"], t_other=when)
        case "lead":
            if "lag" in have:
                return text("cause_lead", tongue, a=have["a"], b=have["b"], lag=have["lag"])
            return tell(cause.fact, sheet, tongue)
        case "together":
            if "correlation" in have and "b" in have:
                return text("cause_together", tongue, a=have["a"], b=have["b"], correlation=have["correlation"])
            return tell(cause.fact, sheet, tongue)


def _advice(effect: Fact, suspects: list[Cause], sheet: FactSheet, tongue: str) -> str:
    if suspects and suspects[0].ground in {"event", "series"}:
        have = fields(suspects[0].fact, sheet, tongue)
        name = have.get("label", have["series"]) if suspects[0].ground == "event" else have["series"]
        return text(f"advice_{suspects[0].ground}", tongue, event=name, other=name)
    have = fields(effect, sheet, tongue)
    when = have.get("t_at") or have.get("t_start") or ""
    return text(_ADVICE[effect.kind], tongue, series=have["series"], t_at=when)

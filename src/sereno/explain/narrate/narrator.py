"""The narrator that needs no model: facts to a text, sentence by sentence, at once, in English and Spanish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.causes import Cause, causes, striking
from sereno.explain.narrate.choosing import Analysis, asks_why, chosen
from sereno.explain.narrate.contrast import Said, contrasts, said
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
    if nothing := _nothing(sheet, analysis):
        yield text(nothing, tongue) + (" " if facts else "")
    yield from _paragraphs(said(facts, sheet, tongue, plain=analysis == "plain"))
    if not facts and not nothing:
        yield text("more", tongue)


def _nothing(sheet: FactSheet, analysis: Analysis) -> str:
    """The name of the sentence which says that what an analysis is about was not found, or could not be looked for."""
    kind, sentence = _EMPTY.get(analysis, ("", ""))
    kinds = {fact.kind for fact in sheet.facts}
    if not kind or kind in kinds or (analysis != "anomalies" and contrasts(sheet)):
        return ""
    # What is long enough to hold an anomaly has a trend, or is said to have none.
    return "no_anomalies_sought" if analysis == "anomalies" and "trend" not in kinds else sentence


def _paragraphs(sentences: Iterable[Said]) -> Iterator[str]:
    """Between sentences of one series a space, between those of two a new paragraph."""
    last: tuple[str, ...] | None = None
    for one in sentences:
        yield ("" if last is None else " " if one.series == last else "\n\n") + one.text
        last = one.series


def _diagnosis(sheet: FactSheet, tongue: str, asked: set[str]) -> Iterator[str]:
    effect = striking(sheet, asked)
    if effect is None:
        yield text("nothing_wrong", tongue) + "\n\n"
        yield from _paragraphs(said(chosen(sheet, "trends", "", tongue)[:3], sheet, tongue))
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

"""Where something goes: a direction word follows the fact of the numbers beside it, else the course of its series."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.explain.fact import Fact
from sereno.explain.verify.compatible import noun_allows
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scope import about, of_period
from sereno.explain.verify.support import SHEET, Support, goes

_COURSE = frozenset({"trend", "comparison", "change_point", "forecast"})
"""Kinds that say where a series goes as a whole."""


def direction(
    book: EvidenceBook, index: int, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]
) -> Support:
    """What supports a direction word: the fact of the numbers beside it, else what tells the course of the series."""
    mention, context = mentions[index], told[index]
    beside = [
        i
        for i, one in enumerate(mentions)
        if one.kind in {"quantity", "moment", "ratio"}
        and context.clause[0] <= one.start < context.clause[1]
        and told[i].role not in {"mean", "median"}
    ]
    facts = book.sheet.facts
    if beside and mention.value and not mention.negated:
        ways = [i for i in beside if told[i].role in {"change", "to", "from"}]
        if ways and not any(found[i] for i in ways):
            return {}  # the figure that the word goes with is not believed, so nothing says that it is
        beside = ways or beside
        near = {fact for i in beside for fact in found[i] if fact != SHEET}
        fits = {fact for fact in near if goes(facts[fact]) == int(mention.value)}
        if fits:
            return {fact: frozenset({"direction"}) for fact in fits}
        if near and any(goes(facts[fact]) is not None for fact in near):
            return {}
    course = [
        i
        for i, fact in enumerate(facts)
        if about(fact, context.series)
        and (noun_allows(context.noun, fact.kind) or context.period)
        and of_period(fact, context)
    ]
    if not context.noun and not context.period:
        has_trend = any(facts[i].kind == "trend" for i in course)
        course = [i for i in course if _is_course(facts[i], has_trend=has_trend, beside=bool(beside))]
    if mention.negated:
        against = [i for i in course if goes(facts[i]) == int(mention.value)]
        other = [i for i in course if goes(facts[i]) is not None and i not in against]
        return {} if against else {i: frozenset({"direction"}) for i in other}
    return {i: frozenset({"direction"}) for i in course if goes(facts[i]) == int(mention.value)}


def _is_course(fact: Fact, *, has_trend: bool, beside: bool) -> bool:
    """Whether a fact may tell where a series goes, where no noun says of what is spoken."""
    if has_trend:
        return fact.kind == "trend" or (beside and fact.kind in {"comparison", "change_point", "flat"})
    return beside or fact.kind in _COURSE or fact.kind == "flat"

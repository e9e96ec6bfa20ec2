"""Two columns of shares told beside each other: what one category makes up of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.telling import fields, tell, text

WHOLE = 100.0
ROUNDED = 0.5
"""How far from 100 % a column's total may be and still go without saying."""
MOST = 3


class Contrast(NamedTuple):
    """What a category makes up of a later column and of the one before it, as facts of both."""

    now: Fact
    before: Fact


class Said(NamedTuple):
    """A sentence, and the names that it is about."""

    series: tuple[str, ...]
    text: str


def contrasts(sheet: FactSheet) -> list[Contrast]:
    """The categories whose shares differ most between neighbouring columns that each add up to 100 %."""
    shares = [name for name in sheet.series if name in _wholes(sheet)]
    parts = {fact.series: fact for fact in sheet.facts if fact.kind == "composition" and fact.note == "part"}
    found = [
        Contrast(now, parts[now.series[0], earlier])
        for earlier, later in pairwise(shares)
        for now in parts.values()
        if now.series[1] == later and (now.series[0], earlier) in parts
    ]
    ranked = sorted(found, key=lambda pair: -abs(_share(pair.now) - _share(pair.before)))
    return [pair for pair in ranked if _share(pair.now) != _share(pair.before)][:MOST]


def said(facts: Sequence[Fact], sheet: FactSheet, language: str, *, plain: bool = False) -> Iterator[Said]:
    """The sentences of facts: in place of the first share come the contrasts, and no column is said to be 100 %.

    Args:
        facts: of the sheet, in the order in which they are told.
        sheet: all facts.
        language: `en` or `es`.
        plain: for readers without technical knowledge.
    """
    pairs, wholes = contrasts(sheet), _wholes(sheet)
    told = False
    for fact in facts:
        if fact.kind != "composition":
            yield Said(fact.series, tell(fact, sheet, language, plain=plain))
        elif fact.series[0] in wholes and fact.note == "total":
            continue
        elif not pairs or fact.series[-1] not in wholes:
            yield Said(fact.series, tell(fact, sheet, language, plain=plain))
        elif not told:
            told = True
            for pair in pairs:
                yield Said((pair.now.series[0],), _beside(pair, sheet, language))


def _beside(pair: Contrast, sheet: FactSheet, language: str) -> str:
    now, before = (fields(fact, sheet, language) for fact in pair)
    return text("contrast", language, a=now["a"], share=now["share"], b=now["b"], before=before["share"], c=before["b"])


def _wholes(sheet: FactSheet) -> Mapping[str, Fact]:
    """Columns whose values are shares that add up to 100 %."""
    return {
        fact.series[0]: fact
        for fact in sheet.facts
        if fact.kind == "composition" and fact.note == "total"
        for number in fact.numbers
        if number.name == "total"
        and abs(number.value * {"percent": 1.0, "percentunit": 100.0}.get(number.unit, 0.0) - WHOLE) <= ROUNDED
    }


def _share(fact: Fact) -> float:
    return next((number.value for number in fact.numbers if number.name == "share"), 0.0)

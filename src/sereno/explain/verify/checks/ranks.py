"""What is said to be the highest of all series, the largest anomaly or the second of them, is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sereno.explain.fact import Fact
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scope import about, kinds_of
from sereno.explain.verify.support import SHEET, Support

_SIZES = ("difference", "difference_percent", "value", "change", "change_percent", "duration")
"""Figures by which one of them may be the largest."""


def check_ranks(book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """Leave only figures that no other series' figure of that name and unit exceeds."""
    for i, context in enumerate(told):
        if context.superlative and mentions[i].kind == "quantity":
            kept = {
                fact: frozenset(name for name in names if _is_first(book, fact, name, context.superlative))
                for fact, names in found[i].items()
                if fact != SHEET
            }
            found[i] = {fact: names for fact, names in kept.items() if names}
    for i, context in enumerate(told):
        if context.most and mentions[i].kind == "quantity":
            found[i] = {f: names for f, names in found[i].items() if _has_rank(book, f, context.most)}
    for ordinal, mention in enumerate(mentions):
        if mention.kind == "ordinal":
            _check_ordinal(book, mentions, told, found, ordinal)
    for i, context in enumerate(told):
        if context.largest:
            kinds, fit = kinds_of(context.noun), set(_largest(book, context))
            found[i] = {
                f: names
                for f, names in found[i].items()
                if f in fit or f == SHEET or book.sheet.facts[f].kind not in kinds
            }


def _is_first(book: EvidenceBook, fact: int, name: str, way: int) -> bool:
    facts = book.sheet.facts
    own = next((one for one in book.figures if one.fact == fact and one.name == name), None)
    return own is not None and all(
        way * other.value <= way * own.value
        for other in book.figures
        if other.name == name
        and other.unit.dimension == own.unit.dimension
        and other.fact != SHEET
        and facts[other.fact].kind == facts[fact].kind
    )


def _has_rank(book: EvidenceBook, fact: int, way: int) -> bool:
    """Whether a part of a whole is the largest (+1) or smallest (−1) of them; True for what is no such part."""
    own = {} if fact == SHEET else {one.name: one.value for one in book.sheet.facts[fact].numbers}
    if "rank" not in own:
        return True
    whole = next((f for f in book.sheet.facts if f.kind == "composition" and f.note == "total"), None)
    parts = 0.0 if whole is None else next((one.value for one in whole.numbers if one.name == "count"), 0.0)
    return own["rank"] == (1.0 if way > 0 else parts)


def _check_ordinal(
    book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support], ordinal: int
) -> None:
    """What is told of "the second anomaly" is of the second in time."""
    kinds = kinds_of(mentions[ordinal].word)
    mine = [
        i
        for i, fact in enumerate(book.sheet.facts)
        if fact.kind in kinds and about(fact, told[ordinal].series) and _begins(fact) is not None
    ]
    mine.sort(key=lambda i: _begins(book.sheet.facts[i]) or 0.0)
    place = int(mentions[ordinal].value) - 1
    own = mine[place] if 0 <= place < len(mine) else None
    later = (i for i in range(ordinal + 1, len(mentions)) if mentions[i].kind == "ordinal")
    for i in range(ordinal + 1, next(later, len(mentions))):
        if mentions[i].kind in {"quantity", "moment"}:
            found[i] = {f: n for f, n in found[i].items() if f == own or f not in mine}


def _begins(fact: Fact) -> float | None:
    return fact.start if fact.start is not None else next((time.at for time in fact.times), None)


def _largest(book: EvidenceBook, context: Context) -> Iterator[int]:
    """Facts of the kind spoken of that are the largest by any of the figures that say how large they are."""
    mine = [
        (i, fact)
        for i, fact in enumerate(book.sheet.facts)
        if fact.kind in kinds_of(context.noun) and about(fact, context.series)
    ]
    for name in _SIZES:
        sizes = {i: abs(one.value) for i, fact in mine for one in fact.numbers if one.name == name}
        yield from (i for i, size in sizes.items() if size == max(sizes.values()))

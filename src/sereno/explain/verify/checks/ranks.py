"""What is said to be the highest or lowest of all series is so."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import SHEET, Support


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

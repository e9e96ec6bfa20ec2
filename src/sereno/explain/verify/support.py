"""What supports a claim: facts, and the figures of them that say so."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.fact import Fact
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention, Reading

SHEET = -1

Support = dict[int, frozenset[str]]
"""Fact (index; −1 is the sheet) → names of its figures that support a claim."""


def merge(found: Iterator[tuple[int, str]]) -> Support:
    """Facts with the names of their figures."""
    merged: dict[int, set[str]] = {}
    for fact, name in found:
        merged.setdefault(fact, set()).add(name)
    return {fact: frozenset(names) for fact, names in merged.items()}


def only(book: EvidenceBook, support: Support, kind: str) -> Support:
    """What facts of one kind support."""
    return {f: names for f, names in support.items() if f != SHEET and book.sheet.facts[f].kind == kind}


def names_in(support: Support) -> set[str]:
    """Names of all figures that support a claim."""
    return {name for names in support.values() for name in names}


def alike(one: Mention, other: Mention) -> bool:
    """Whether two quantities may be of one kind: both bare, or with units of one dimension."""

    def dimensions(mention: Mention) -> set[str | None]:
        return {None if reading.unit is None else reading.unit.dimension for reading in mention.readings}

    return bool(dimensions(one) & dimensions(other))


def base_value(reading: Reading) -> float:
    """What is written, in the base unit of its dimension."""
    return reading.value * (reading.unit.factor if reading.unit is not None else 1.0)


def goes(fact: Fact) -> int | None:
    """Where a fact says that its series goes: +1, −1, 0; None where it says nothing of that."""
    if fact.kind == "flat":
        return 0
    return None if fact.direction is None else {"up": 1, "down": -1, "flat": 0}[fact.direction]

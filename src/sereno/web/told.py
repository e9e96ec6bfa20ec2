"""A checked text as a page shows it: pieces, each plain or a claim linked to its fact; facts as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from sereno.explain.fact import Fact, FactSheet
from sereno.explain.narrate.telling import tell
from sereno.explain.verify import Span

Mark = Literal["", "supported", "unsupported", "series"]


class Piece(msgspec.Struct, frozen=True):
    """A stretch of the text: `fact` is the id of the fact that a claim stands on."""

    text: str
    mark: Mark = ""
    fact: str = ""


class FactRow(msgspec.Struct, frozen=True):
    """A fact in words, and what it is worth.

    Attributes:
        id, kind: the fact's. said: one sentence. p_value: None where nothing was tested.
        used: whether the text tells it.
    """

    id: str
    kind: str
    said: str
    p_value: float | None
    used: bool


def pieces(text: str, spans: Sequence[Span]) -> list[Piece]:
    """The text cut at its claims; joined they are the text again.

    Args:
        text: as told.
        spans: its claims, in code points; those that overlap an earlier one are passed over.
    """
    cut: list[Piece] = []
    at = 0
    for span in sorted(spans, key=lambda one: (one.start, -one.end)):
        if span.start < at or span.end > len(text) or span.end <= span.start:
            continue
        if span.start > at:
            cut.append(Piece(text[at : span.start]))
        mark: Mark = "unsupported" if not span.supported else "series" if span.kind == "series" else "supported"
        cut.append(Piece(text[span.start : span.end], mark, span.fact or ""))
        at = span.end
    return [*cut, Piece(text[at:])] if at < len(text) else cut


def fact_rows(sheet: FactSheet, spans: Sequence[Span], language: str) -> list[FactRow]:
    """All facts in words, those that the text tells first."""
    told = {span.fact for span in spans if span.supported and span.kind != "series"}
    rows = [_row(fact, sheet, language, used=fact.id in told) for fact in sheet.facts]
    return sorted(rows, key=lambda row: not row.used)


def _row(fact: Fact, sheet: FactSheet, language: str, *, used: bool) -> FactRow:
    return FactRow(fact.id, fact.kind, tell(fact, sheet, language), fact.p_value, used)

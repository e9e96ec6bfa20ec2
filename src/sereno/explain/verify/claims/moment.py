"""A date or time: something of a fact was then."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sereno.explain.verify.compatible import noun_allows
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.rounding import is_moment
from sereno.explain.verify.scope import LASTING, about
from sereno.explain.verify.support import SHEET

_NOT_SAID: dict[str, frozenset[str]] = {
    "since": frozenset({"end", "previous_end"}),
    "until": frozenset({"start", "previous_start"}),
    "first": frozenset({"end", "previous_end", "last_start", "peak", "last"}),
}
"""Moments of a fact that a word before a moment rules out."""


def moment(book: EvidenceBook, mention: Mention, context: Context, zone: ZoneInfo) -> Iterator[tuple[int, str]]:
    """Facts and moments of them that may be written so."""
    assert mention.moment is not None
    for instant in book.instants:
        fact = None if instant.fact == SHEET else book.sheet.facts[instant.fact]
        if not about(fact, context.series) or not noun_allows(context.noun, fact.kind if fact else None):
            continue
        if fact is None and context.noun in {"anomaly", "spike", "change_point", "gap", "event"}:
            continue  # what happened at the edge of the chart has a fact of its own
        if context.role == "duration" and context.noun in LASTING:
            continue  # "for 20:27:47" says how long, and names a time of day
        if (
            mention.moment.year
            and not mention.moment.month
            and context.noun == "event"
            and (not fact or fact.kind != "event")
        ):
            continue
        if fact is not None and fact.kind == "change_point" and instant.name == "end" and context.role != "until":
            continue  # how long a level lasted; that it changed then is told by the next change
        if instant.name in _NOT_SAID.get(context.role, ()):
            continue
        if is_moment(instant.at, mention.moment, zone, book.end, mention.hedge):
            yield instant.fact, instant.name

"""How many there are: of what was found, of points, of series."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.rounding import supports
from sereno.explain.verify.scope import about, kinds_of
from sereno.explain.verify.support import SHEET

_TOTALS: dict[str, tuple[str, ...]] = {
    "anomaly": ("anomalies",), "spike": ("anomalies",), "gap": ("gaps",), "seasonality": ("cycles",),
    "change_point": (), "flat": (), "trend": (), "event": (), "correlation": ("pairs",), "lead_lag": (),
}  # fmt: skip
"""Figures that say how many there are of what a noun names; the `count` of a fact counts its points."""


_OF_POINTS = frozenset({"level", "data"})
"""Kinds whose counts are of points that there are; a gap's are missing."""


def count(book: EvidenceBook, mention: Mention, context: Context) -> Iterator[tuple[int, str]]:
    """Facts and figures that say that there are as many; `mention.word` names what is counted."""
    told = mention.readings[0].value
    if mention.word == "series":
        if told == len(book.sheet.series):
            yield SHEET, "series"
        return
    series = context.series[0] if len(context.series) == 1 else ""
    kinds = kinds_of(mention.word)
    scopes = {series} if context.named else {series, ""}  # "there were three anomalies" may speak of all series
    totals = {sum(book.counts.get((kind, scope), 0) for kind in kinds) for scope in scopes}
    if kinds and told in totals:
        first = next(
            (i for i, fact in enumerate(book.sheet.facts) if fact.kind in kinds and about(fact, context.series)), SHEET
        )
        yield first, "count"
    for evidence in book.figures:
        fact = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        fits = "count" in evidence.roles and about(fact, context.series)
        fits = fits and evidence.name in _TOTALS.get(mention.word, (evidence.name,))
        missing = fact is not None and fact.kind == "gap" and context.noun == "gap"
        of_all = mention.word != "data" or missing or (fact is not None and fact.kind in _OF_POINTS)
        kind_fits = of_all and (not kinds or fact is None or fact.kind in kinds or fact.kind == "data")
        right = any(supports(evidence.value, reading, mention.hedge, unsigned=False) for reading in mention.readings)
        if fits and kind_fits and right:
            yield evidence.fact, evidence.name

"""How many times what was before: "doubled", "3 times", "half"."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.explain.verify.compatible import noun_allows
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.rounding import ratio_supports, supports
from sereno.explain.verify.scope import about
from sereno.explain.verify.support import SHEET


def ratio(book: EvidenceBook, mention: Mention, context: Context) -> Iterator[tuple[int, str]]:
    """Facts whose later figure is as many times the earlier one."""
    for index, exact in book.ratios:
        fact = book.sheet.facts[index]
        if fact.kind == "comparison" and not context.period and context.noun != "comparison" and context.limit is None:
            continue  # how it is to another period is told with that period
        if context.limit is not None and not context.limit.allows(fact):
            continue
        if not about(fact, context.series) or not noun_allows(context.noun, fact.kind):
            continue
        if mention.readings:
            right = any(
                supports(exact, reading, mention.hedge, unsigned=False)
                or (
                    supports(1 / exact if exact else 0.0, reading, mention.hedge, unsigned=False)
                    and context.direction == -1
                )
                for reading in mention.readings
            )
        else:
            right = ratio_supports(exact, mention.value, mention.hedge)
        if right:
            yield index, "ratio"
    for evidence in book.figures:
        fact_ = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        if not about(fact_, context.series):
            continue
        if (
            mention.word in {"half", "mitad"}
            and "share" in evidence.roles
            and ratio_supports(evidence.value / 100, 0.5, mention.hedge)
        ) or (mention.readings and "count" in evidence.roles and evidence.value == mention.value):
            yield evidence.fact, evidence.name

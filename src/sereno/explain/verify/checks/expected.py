"""What was, told beside what was expected."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import Support, alike, only

SAID_EXPECTED = frozenset({"expected", "usual"})
_NOT_THERE = frozenset({"expected", "difference", "difference_percent"})
"""Figures that were not what was there: of a series in percent a difference is written like a value."""


def check_expected(
    book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]
) -> None:
    """What was, told beside what was expected, is of the same anomaly, and is not the expected figure itself."""
    # What was expected at a moment is an anomaly's; without one it may be what is usual.
    anomalous = any(context.noun == "anomaly" for context in told) or any(one.kind == "moment" for one in mentions)
    for one, context in enumerate(told):
        if context.role not in SAID_EXPECTED or mentions[one].kind != "quantity":
            continue
        if anomalous:
            found[one] = only(book, found[one], "anomaly")
        values = [
            i
            for i in range(len(mentions))
            if i != one and _is_value(mentions[i], told[i], context) and alike(mentions[i], mentions[one])
        ]
        if not values:
            continue
        value = next((i for i in reversed(values) if i < one), values[0])
        left = {fact: names - _NOT_THERE for fact, names in found[value].items() if fact in found[one]}
        found[value] = {fact: names for fact, names in left.items() if names}
        found[one] = {fact: names for fact, names in found[one].items() if fact in found[value]}


def _is_value(mention: Mention, context: Context, expected: Context) -> bool:
    """Whether a claim may be what was there instead of what was expected."""
    if mention.kind != "quantity":
        return False
    beside = context.clause == expected.clause or "anomaly" in {context.noun, expected.noun}
    return context.role in {"", "to"} or (context.role == "mean" and beside)

"""The claims of a sentence against the evidence: each is supported by a fact, or not.

A number is supported where an exact figure may be written so, its series is the one spoken of, its role and kind are
those that the words beside it name, and its direction is the one told. Claims of one kind of thing told together
(an anomaly's value, expected value and time) must be of one and the same fact.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec

from sereno.explain.verify.checks.bounds import check_bounds
from sereno.explain.verify.checks.expected import check_expected
from sereno.explain.verify.checks.moments import check_moments, check_spans
from sereno.explain.verify.checks.pairs import check_pairs, check_ways
from sereno.explain.verify.checks.ranks import check_ranks
from sereno.explain.verify.checks.shares import check_shares
from sereno.explain.verify.checks.together import check_flat, check_lasting, check_together, check_whole
from sereno.explain.verify.claims.count import count
from sereno.explain.verify.claims.direction import direction
from sereno.explain.verify.claims.moment import moment
from sereno.explain.verify.claims.quantity import quantity
from sereno.explain.verify.claims.ratio import ratio
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scope import kinds_of
from sereno.explain.verify.support import SHEET, Support, merge


class Ruling(msgspec.Struct, frozen=True):
    """A claim and what supports it: indexes of facts, best first; none where it is unsupported."""

    mention: Mention
    supported: bool
    fact: int | None


def judge(book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], zone: ZoneInfo) -> list[Ruling]:
    """What supports each claim of a sentence."""
    ways = any(one.kind == "direction" and one.value for one in mentions) or any(one.role == "to" for one in told)
    found: list[Support] = [
        _support(book, one, context, zone, ways=ways) for one, context in zip(mentions, told, strict=True)
    ]
    check_pairs(book, mentions, told, found)
    check_bounds(mentions, told, found)
    check_ways(mentions, told, found)
    check_ranks(book, mentions, told, found)
    check_expected(book, mentions, told, found)
    check_spans(mentions, told, found)
    check_moments(mentions, told, found)
    check_lasting(mentions, told, found)
    check_together(book, mentions, found)
    check_whole(mentions, told, found)
    check_shares(mentions, told, found)
    for index, mention in enumerate(mentions):
        if mention.kind == "direction":
            found[index] = direction(book, index, mentions, told, found)
    check_flat(mentions, told, found)
    return [Ruling(one, bool(support), _best(support)) for one, support in zip(mentions, found, strict=True)]


def _support(book: EvidenceBook, mention: Mention, context: Context, zone: ZoneInfo, *, ways: bool) -> Support:
    match mention.kind:
        case "quantity":
            return merge(quantity(book, mention, context, ways=ways))
        case "count":
            counted = merge(count(book, mention, context))
            # "5 alerts" may be a value of the series; "5 anomalies" is a claim of how many were found.
            return counted or (merge(quantity(book, mention, context, ways=ways)) if mention.word == "event" else {})
        case "moment":
            return merge(moment(book, mention, context, zone))
        case "ratio":
            return merge(ratio(book, mention, context))
        case "ordinal":
            total = sum(book.counts.get((kind, ""), 0) for kind in kinds_of(mention.word))
            return {SHEET: frozenset({"ordinal"})} if mention.value <= total else {}
        case "series":
            return _named(book, mention.word)
        case "direction":
            return {}


def _named(book: EvidenceBook, name: str) -> Support:
    told = {i: frozenset({"series"}) for i, fact in enumerate(book.sheet.facts) if name in fact.series}
    return told or {SHEET: frozenset({"series"})}


def _best(support: Support) -> int | None:
    """The fact to link: the most important one; None for what the sheet itself says."""
    facts = [fact for fact in support if fact != SHEET]
    return min(facts) if facts else None

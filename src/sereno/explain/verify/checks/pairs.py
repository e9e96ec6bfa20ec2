"""Figures told as a pair: "from X to Y" and "between X and Y" are two figures of one fact."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import SHEET, Support, alike, base_value

_WAYS = frozenset({"trend", "change_point", "comparison", "forecast", "event", "anomaly", "capacity"})
"""Kinds of fact that tell of a way from one figure to another."""
_CHANGES = frozenset({"change", "change_percent", "difference", "difference_percent"})


def check_pairs(book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What "rose from X to Y" tells needs one fact for both, and Y above X."""
    _check_between(mentions, told, found)
    for index, context in enumerate(told):
        if context.role != "to":
            continue
        first = next((i for i in range(index - 1, -1, -1) if told[i].role == "from"), None)
        if first is None or mentions[first].end < context.clause[0]:
            first = _started(told, index)
        if first is None:
            _check_reached(mentions, told, found, index)
        if first is None or not alike(mentions[first], mentions[index]):
            continue
        both = {f for f in set(found[first]) & set(found[index]) if len(found[first][f] | found[index][f]) > 1}
        if context.direction:
            both = {f for f in both if f != SHEET and book.sheet.facts[f].kind in _WAYS}
        a, b = base_value(mentions[first].readings[0]), base_value(mentions[index].readings[0])
        way = context.direction or (1 if context.noun == "range" else 0)  # "ranges from 3 to 5"
        if not both or (way and (b - a) * way <= 0):
            found[first], found[index] = {}, {}
        else:
            found[first] = {fact: found[first][fact] for fact in both}
            found[index] = {fact: found[index][fact] for fact in both}
            aside = index + 1
            if aside < len(mentions) and mentions[aside].start - mentions[index].end <= len(" ("):
                # "from 4 s to 3 s (25 %)": what stands right behind a way is how far it went.
                found[aside] = {fact: names & _CHANGES for fact, names in found[aside].items() if names & _CHANGES}
            for i, one in enumerate(told):
                # "from 4 s to 3 s, by 25 %": the change is that of the pair.
                if i not in {first, index} and one.role == "change" and one.series == context.series:
                    found[i] = {fact: names for fact, names in found[i].items() if fact in both}


def _check_reached(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support], index: int) -> None:
    """What "rose by X to Y" tells is of one fact."""
    before = [i for i in range(index) if mentions[i].kind == "quantity" and told[i].clause == told[index].clause]
    if not before or told[before[-1]].role != "change":
        return
    both = set(found[before[-1]]) & set(found[index])
    for i in (before[-1], index):
        found[i] = {fact: names for fact, names in found[i].items() if fact in both}


def check_ways(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """Where something moved to is another figure than where it came from, however both are rounded."""
    if not any(one.kind == "direction" and one.value for one in mentions):
        return
    for start, one in enumerate(told):
        if one.role not in {"first", "before", "from"}:
            continue
        for i, other in enumerate(told):
            if i != start and mentions[i].kind == "quantity" and other.role in {"", "to"}:
                left = {fact: names - found[start].get(fact, frozenset()) for fact, names in found[i].items()}
                found[i] = {fact: names for fact, names in left.items() if names}


def _started(told: Sequence[Context], index: int) -> int | None:
    """The figure that a way "to" another began with: "from 3 at the start, it rose to 5", "until then it was at 3"."""
    started = [i for i, one in enumerate(told) if i != index and one.role in {"first", "before"}]
    return started[0] if len(started) == 1 else None


def _check_between(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What is said to lie "between X and Y" needs one fact with two bounds."""
    bounds = [i for i, one in enumerate(told) if one.role == "interval" and mentions[i].kind == "quantity"]
    for a, b in pairwise(bounds):
        if b != a + 1 or told[a].clause != told[b].clause:
            continue
        if alike(mentions[a], mentions[b]) and base_value(mentions[a].readings[0]) > base_value(
            mentions[b].readings[0]
        ):
            found[a], found[b] = {}, {}  # "between 5 and 3"
            continue
        both = {
            fact for fact in set(found[a]) & set(found[b]) if len(found[a][fact] | found[b][fact]) > 1 or fact == SHEET
        }
        for i in (a, b):
            found[i] = {fact: found[i][fact] for fact in both}

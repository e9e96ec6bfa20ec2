"""Figures of one kind of thing told together are of one fact: values, times and sizes of two anomalies must not mix."""

from __future__ import annotations

from collections.abc import Sequence

from sereno.explain.verify.checks.expected import SAID_EXPECTED
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import EvidenceBook
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import SHEET, Support, names_in, only

_TOGETHER = frozenset(
    {"anomaly", "change_point", "gap", "flat", "event", "threshold", "correlation", "lead_lag", "comparison"}
)
"""Kinds of which a chart may have several facts, whose figures must not be mixed."""


_LASTED = frozenset({"", "expected", "usual", "mean", "median"})
"""Roles of figures that were so for as long as is told with them."""


def check_together(book: EvidenceBook, mentions: Sequence[Mention], found: list[Support]) -> None:
    """Figures of one kind told together are of one fact, or none of them is believed."""
    for kind in _TOGETHER:
        told = [
            i
            for i, one in enumerate(mentions)
            if one.kind in {"quantity", "moment", "ratio"}
            and found[i]
            and _of_kind(book, found[i], kind, some=one.kind == "moment")
        ]
        if all(mentions[i].kind == "moment" for i in told):
            told = [i for i in told if _of_kind(book, found[i], kind, some=False)]
        own = [only(book, found[i], kind) if i in told else {} for i in range(len(found))]
        for group in _groups(told, own):
            both = set.intersection(*(set(own[i]) for i in group))
            for i in group:
                others = {} if mentions[i].kind != "moment" else {f: n for f, n in found[i].items() if f not in own[i]}
                found[i] = others | {fact: own[i][fact] for fact in both}


def check_lasting(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """A figure told with how long it was so is of the same fact: "frozen at 3 s for 5 min", "a mean of 3 s for 2 h"."""
    lasting = [i for i, one in enumerate(mentions) if one.kind == "quantity" and told[i].role == "duration"]
    if len(lasting) != 1 or SHEET in found[lasting[0]]:
        return
    for i, one in enumerate(mentions):
        if i != lasting[0] and one.kind == "quantity" and told[i].role in _LASTED:
            left = {fact: names - {"peak_value"} for fact, names in found[i].items() if fact in found[lasting[0]]}
            found[i] = {fact: names for fact, names in left.items() if names}


def check_whole(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What is told of one anomaly stands together: where what was expected is not so, nor are value and duration."""
    expected = [i for i, one in enumerate(told) if one.role in SAID_EXPECTED and mentions[i].kind == "quantity"]
    anomalous = any(one.noun == "anomaly" for one in told)
    if len(expected) != 1 or found[expected[0]] or not anomalous:
        return
    for i, one in enumerate(mentions):
        if one.kind == "quantity" and told[i].role in {"", "to", "mean", "duration"}:
            found[i] = {}


def check_flat(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """Where something is said to stay is not believed where it does not stay: "flat at 3 s"."""
    for flat, context in enumerate(told):
        if mentions[flat].word == "flat" and mentions[flat].kind == "direction" and not found[flat]:
            for i, one in enumerate(mentions):
                if one.kind == "quantity" and told[i].role == "" and told[i].clause == context.clause:
                    found[i] = {}


def _of_kind(book: EvidenceBook, support: Support, kind: str, *, some: bool) -> bool:
    """Whether all (or some) of what supports a claim are facts of a kind."""
    mine = len(only(book, support, kind))
    return bool(mine) and (some or mine == len(support))


def _groups(told: list[int], found: list[Support]) -> list[list[int]]:
    """Claims told of one thing: a role that comes again begins the next thing; equal lists are paired in order."""
    runs: list[list[int]] = []
    for index in told:
        if runs and names_in(found[runs[-1][-1]]) & names_in(found[index]):
            runs[-1].append(index)
        else:
            runs.append([index])
    if len(runs) == 2 and len(runs[0]) == len(runs[1]) > 1:
        return [list(pair) for pair in zip(*runs, strict=True)]
    groups: list[list[int]] = []
    used: set[str] = set()
    for index in told:
        names = names_in(found[index])
        if not groups or names & used:
            groups.append([])
            used = set()
        groups[-1].append(index)
        used |= names
    return groups

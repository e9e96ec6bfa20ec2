"""Figures told with a moment are of that moment, and "from T to U" is one fact's way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from sereno.explain.verify.checks.expected import SAID_EXPECTED
from sereno.explain.verify.context import Context
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.support import SHEET, Support

_SPAN_GAP = 14
"""Characters between the moments of "from T to U"."""


_THEN = frozenset({"", "from", "to", "before", "after", "change", "peak", "min", "max", "expected", "usual"})
"""Roles of figures that are of a moment told beside them."""


_OF_WHOLE = re.compile(r"mean|median|min|max|p\d\d")
"""Roles of figures of the whole chart, unless a moment says of which part."""


def _whole(moment: Context, support: Support) -> bool:
    """Whether a moment limits nothing: the chart begins or ends then as is told, or is all in it."""
    names = support.get(SHEET, frozenset())
    return names >= {"start", "end"} or (moment.role, *names) in {("since", "start"), ("until", "end")}


def _sets(mentions: Sequence[Mention], told: Sequence[Context], moment: int, figure: int) -> bool:
    """Whether a moment stands in a clause of its own before a figure: "Since 14:05, the mean is 3 s"."""
    clause = told[moment].clause
    return clause[1] == told[figure].clause[0] and all(
        one.kind not in {"quantity", "count"} or told[i].clause != clause for i, one in enumerate(mentions)
    )


def check_spans(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What is said to go "from T to U" is one fact's way from its start to its end."""
    moments = [i for i, one in enumerate(mentions) if one.kind == "moment"]
    for a, b in pairwise(moments):
        if told[a].role != "since" or b != a + 1 or mentions[b].start - mentions[a].end > _SPAN_GAP:
            continue
        both = {
            fact
            for fact in set(found[a]) & set(found[b])
            if any(name.endswith("start") for name in found[a][fact])
            and any(name.endswith("end") for name in found[b][fact])
        }
        for i in (a, b):
            found[i] = {fact: found[i][fact] for fact in both}


def check_moments(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """A figure told with a moment is of what was at that moment, where such a fact supports it."""
    moments = [i for i, one in enumerate(mentions) if one.kind == "moment" and found[i]]
    levels = [i for i, one in enumerate(mentions) if one.kind == "quantity" and told[i].role in {"", *SAID_EXPECTED}]
    bare = bool(levels) and not any(context.noun for context in told)
    if len(moments) == 1 and bare and not any(found[i] for i, one in enumerate(mentions) if one.kind == "quantity"):
        found[moments[0]] = {}  # nothing that is told of this moment is so
    if len(moments) == 1 and any(told[i].role in SAID_EXPECTED for i in levels):
        near = set(found[moments[0]]) - {SHEET}
        if near and not any(near & set(found[i]) for i in levels):
            for i in (*levels, moments[0]):
                found[i] = {}  # what was there instead of what was expected, but at another time
    torn: set[int] = set()
    if not any(one.kind == "moment" for one in mentions):
        for i, context in enumerate(told):
            if context.role == "peak":  # the greatest of all, where no time says which of several
                left = {fact: names - {"value"} for fact, names in found[i].items()}
                found[i] = {fact: names for fact, names in left.items() if names}
    for i, one in enumerate(mentions):
        if one.kind == "quantity" and told[i].role in {"", "from", "to", "before", "after", *SAID_EXPECTED}:
            beside = [m for m, other in enumerate(mentions) if other.kind == "moment"]
            if beside and not moments:
                found[i] = {}  # what was there at a moment that is not the chart's
                continue
        if one.kind == "quantity" and _OF_WHOLE.fullmatch(told[i].role):
            then = [m for m in moments if told[m].clause == told[i].clause or _sets(mentions, told, m, i)]
            then = sorted(then, key=lambda m: abs(mentions[m].start - one.start))[:1]
            found[i] = {
                fact: names
                for fact, names in found[i].items()
                if all(fact in found[m] or _whole(told[m], found[m]) for m in then)
            }
        if one.kind == "ratio" and len(moments) == 1 and SHEET not in found[moments[0]]:
            found[i] = {fact: names for fact, names in found[i].items() if fact in found[moments[0]]}  # it doubled then
        if one.kind != "quantity" or told[i].role in {"mean", "median"}:
            continue
        near = {fact for m in moments if told[m].clause == told[i].clause for fact in found[m] if fact != SHEET}
        near = near or {fact for m in moments for fact in found[m] if fact != SHEET}
        if near and found[i] and not near & set(found[i]) and told[i].role in _THEN:
            found[i] = {}  # another thing's figure, told of this moment
            torn.add(i)
            continue
        if near & set(found[i]):
            found[i] = {fact: names for fact, names in found[i].items() if fact in near}
    if len(moments) == 1 and torn and not any(found[i] for i, one in enumerate(mentions) if one.kind == "quantity"):
        found[moments[0]] = {}
    for m in moments:
        # "The first time it exceeded 5 s was at 14:05": not so where 5 s is no limit.
        if told[m].role == "first" and any(not found[i] for i, one in enumerate(mentions) if one.kind == "quantity"):
            found[m] = {}

"""The claims of a sentence against the evidence: each is supported by a fact, or not.

A number is supported where an exact figure may be written so, its series is the one spoken of, its role and kind are
those that the words beside it name, and its direction is the one told. Claims of one kind of thing told together
(an anomaly's value, expected value and time) must be of one and the same fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from sereno.explain.fact import Fact
from sereno.explain.verify.compatible import noun_allows, role_allows
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import Evidence, EvidenceBook
from sereno.explain.verify.mention import Mention, Reading
from sereno.explain.verify.rounding import is_moment, ratio_supports, supports
from sereno.explain.verify.units import BYTES, PERCENT, PLAIN, TIME

SHEET = -1
_TOGETHER = frozenset(
    {"anomaly", "change_point", "gap", "flat", "event", "threshold", "correlation", "lead_lag", "comparison"}
)
"""Kinds of which a chart may have several facts, whose figures must not be mixed."""
_TOTALS: dict[str, tuple[str, ...]] = {
    "anomaly": ("anomalies",), "spike": ("anomalies",), "gap": ("gaps",), "seasonality": ("cycles",),
    "change_point": (), "flat": (), "trend": (), "event": (), "correlation": ("pairs",), "lead_lag": (),
}  # fmt: skip
"""Figures that say how many there are of what a noun names; the `count` of a fact counts its points."""
_COMPARED = frozenset({"", "before", "from", "to", "change", "said_before", "said_after", "last"})
"""Roles that a figure of a comparison may have."""
_LASTING = frozenset(
    {"anomaly", "spike", "gap", "flat", "change_point", "seasonality", "threshold", "event", "lead_lag"}
)
_WAYS = frozenset({"trend", "change_point", "comparison", "forecast", "event", "anomaly", "capacity"})
"""Kinds of fact that tell of a way from one figure to another."""
_NOT_SAID: dict[str, frozenset[str]] = {
    "since": frozenset({"end", "previous_end"}),
    "until": frozenset({"start", "previous_start"}),
    "first": frozenset({"end", "previous_end", "last_start", "peak", "last"}),
}
"""Moments of a fact that a word before a moment rules out."""
_SPAN_GAP = 14
"""Characters between the moments of "from T to U"."""
_SAID_EXPECTED = frozenset({"expected", "usual"})
_COURSE = frozenset({"trend", "comparison", "change_point", "forecast"})
"""Kinds that say where a series goes as a whole."""
Support = dict[int, frozenset[str]]
"""Fact (index; −1 is the sheet) → names of its figures that support a claim."""


class Ruling(msgspec.Struct, frozen=True):
    """A claim and what supports it: indexes of facts, best first; none where it is unsupported."""

    mention: Mention
    supported: bool
    fact: int | None


def judge(book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], zone: ZoneInfo) -> list[Ruling]:
    """What supports each claim of a sentence."""
    ways = any(one.kind == "direction" and one.value for one in mentions)
    found: list[Support] = [
        _support(book, one, context, zone, ways=ways) for one, context in zip(mentions, told, strict=True)
    ]
    _check_pairs(book, mentions, told, found)
    _check_ways(mentions, told, found)
    _check_expected(book, mentions, told, found)
    _check_spans(mentions, told, found)
    _check_moments(mentions, told, found)
    _check_together(book, mentions, found)
    for index, mention in enumerate(mentions):
        if mention.kind == "direction":
            found[index] = _direction(book, index, mentions, told, found)
    return [Ruling(one, bool(support), _best(support)) for one, support in zip(mentions, found, strict=True)]


def _support(book: EvidenceBook, mention: Mention, context: Context, zone: ZoneInfo, *, ways: bool) -> Support:
    match mention.kind:
        case "quantity":
            return _merge(_quantity(book, mention, context, ways=ways))
        case "count":
            counted = _merge(_count(book, mention, context))
            # "5 alerts" may be a value of the series; "5 anomalies" is a claim of how many were found.
            return counted or (
                _merge(_quantity(book, mention, context, ways=ways)) if mention.word in {"event", "data"} else {}
            )
        case "moment":
            return _merge(_moment(book, mention, context, zone))
        case "ratio":
            return _merge(_ratio(book, mention, context))
        case "ordinal":
            total = sum(book.counts.get((kind, ""), 0) for kind in _kinds(mention.word))
            return {SHEET: frozenset({"ordinal"})} if mention.value <= total else {}
        case "series":
            return _named(book, mention.word)
        case "direction":
            return {}


def _merge(found: Iterator[tuple[int, str]]) -> Support:
    merged: dict[int, set[str]] = {}
    for fact, name in found:
        merged.setdefault(fact, set()).add(name)
    return {fact: frozenset(names) for fact, names in merged.items()}


def _named(book: EvidenceBook, name: str) -> Support:
    about = {i: frozenset({"series"}) for i, fact in enumerate(book.sheet.facts) if name in fact.series}
    return about or {SHEET: frozenset({"series"})}


def _quantity(book: EvidenceBook, mention: Mention, context: Context, *, ways: bool) -> Iterator[tuple[int, str]]:
    for evidence in book.figures:
        fact = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        kind = fact.kind if fact else None
        if not _about(fact, context.series) or not _of_period(fact, context):
            continue
        if not role_allows(context.role, evidence, kind, context.noun or context.period):
            continue
        sized = evidence.roles & {"change"} and evidence.per is None and evidence.unit.dimension != PERCENT
        told_way = context.direction is not None or mention.signed
        if evidence.roles & {"change"} and context.role == "" and not (told_way or (ways and not sized)):
            continue  # a figure with no word for a change is a level
        if context.role == "peak" and fact is not None and fact.kind == "anomaly" and fact.direction == "down":
            continue
        if fact is None and context.noun in _LASTING:
            continue  # how long the chart is, is not how long what it shows lasted
        named = context.role in {"mean", "median", "min", "max"} and context.noun != "forecast"
        if not named and not noun_allows(context.noun, fact.kind if fact else None):
            continue
        if not _direction_agrees(evidence, fact, mention, context):
            continue
        if mention.hedge in {"over", "under"} and "threshold" in evidence.roles:
            continue  # a threshold is a given figure, which nobody rounds
        if any(_reads(evidence, reading, mention, context) for reading in mention.readings):
            yield evidence.fact, evidence.name


def _about(fact: Fact | None, series: tuple[str, ...]) -> bool:
    """Whether a fact speaks of every series named; a fact of the sheet, or without series, speaks of all."""
    return fact is None or not fact.series or set(series) <= set(fact.series)


def _of_period(fact: Fact | None, context: Context) -> bool:
    """Whether a fact may be meant where a text compares with a period: what is told so is of that comparison."""
    if not context.period or context.role not in _COMPARED:
        return True
    return fact is not None and fact.kind == "comparison" and fact.note == context.period


def _reads(evidence: Evidence, reading: Reading, mention: Mention, context: Context) -> bool:
    unit = evidence.unit
    if reading.per is not None:
        if evidence.per is None or (reading.unit is None and unit.dimension != PLAIN):
            return unit.dimension == "rate" and _is(
                evidence, reading.value / reading.per, reading, 1 / reading.per, mention, context
            )
        return _in_unit(evidence, reading, mention, context, evidence.value / evidence.per * reading.per)
    if evidence.per is not None:
        return False  # a slope without "per hour" is another claim
    return _in_unit(evidence, reading, mention, context, evidence.value)


def _in_unit(evidence: Evidence, reading: Reading, mention: Mention, context: Context, base: float) -> bool:
    unit = evidence.unit
    if reading.unit is None:
        if unit.dimension in {TIME, PERCENT, BYTES} and not (unit.dimension == PERCENT and evidence.native != 1.0):
            return False
        exact = base / evidence.native
    else:
        said = evidence.unknown and reading.unit.factor == 1.0 and reading.unit.dimension != PERCENT
        if reading.unit.dimension != unit.dimension and not said:
            return False
        exact = base / reading.unit.factor
    return supports(exact, reading, mention.hedge, unsigned=_unsigned(evidence, mention, context))


def _is(evidence: Evidence, value: float, reading: Reading, scale: float, mention: Mention, context: Context) -> bool:
    scaled = Reading(value, reading.step * scale, reading.loose * scale)
    return supports(evidence.value, scaled, mention.hedge, unsigned=_unsigned(evidence, mention, context))


def _unsigned(evidence: Evidence, mention: Mention, context: Context) -> bool:
    """Whether the size alone is written: of changes, whose direction is a word, and of lags."""
    return not mention.signed and bool(
        evidence.roles & {"change", "slope", "lag"} or (context.direction is not None and context.role == "change")
    )


def _direction_agrees(evidence: Evidence, fact: Fact | None, mention: Mention, context: Context) -> bool:
    if not evidence.roles & {"change", "slope"}:
        return True
    if context.direction is None or (mention.signed and context.role != "change"):
        return True
    if context.direction == 0:
        return True  # "stable, with a change of 0.1 %"
    sign = (evidence.value > 0) - (evidence.value < 0)
    way = {"up": 1, "down": -1, "flat": 0, None: sign}[fact.direction if fact else None]
    if sign < 0 and way > 0:
        way = sign
    return way == context.direction


def _count(book: EvidenceBook, mention: Mention, context: Context) -> Iterator[tuple[int, str]]:
    told = mention.readings[0].value
    if mention.word == "series":
        if told == len(book.sheet.series):
            yield SHEET, "series"
        return
    series = context.series[0] if len(context.series) == 1 else ""
    kinds = _kinds(mention.word)
    scopes = {series} if context.named else {series, ""}  # "there were three anomalies" may speak of all series
    totals = {sum(book.counts.get((kind, scope), 0) for kind in kinds) for scope in scopes}
    if kinds and told in totals:
        first = next(
            (i for i, fact in enumerate(book.sheet.facts) if fact.kind in kinds and _about(fact, context.series)), SHEET
        )
        yield first, "count"
    for evidence in book.figures:
        fact = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        fits = "count" in evidence.roles and _about(fact, context.series)
        fits = fits and evidence.name in _TOTALS.get(mention.word, (evidence.name,))
        kind_fits = not kinds or fact is None or fact.kind in kinds or fact.kind == "data"
        right = any(supports(evidence.value, reading, mention.hedge, unsigned=False) for reading in mention.readings)
        if fits and kind_fits and right:
            yield evidence.fact, evidence.name


def _kinds(noun: str) -> tuple[str, ...]:
    return {"spike": ("anomaly",), "data": (), "series": ()}.get(noun, (noun,))


def _moment(book: EvidenceBook, mention: Mention, context: Context, zone: ZoneInfo) -> Iterator[tuple[int, str]]:
    assert mention.moment is not None
    for instant in book.instants:
        fact = None if instant.fact == SHEET else book.sheet.facts[instant.fact]
        if not _about(fact, context.series) or not noun_allows(context.noun, fact.kind if fact else None):
            continue
        if fact is None and context.noun in {"anomaly", "spike", "change_point", "gap", "event"}:
            continue  # what happened at the edge of the chart has a fact of its own
        if context.role == "duration" and context.noun in _LASTING:
            continue  # "for 20:27:47" says how long, and names a time of day
        if (
            mention.moment.year
            and not mention.moment.month
            and context.noun == "event"
            and (not fact or fact.kind != "event")
        ):
            continue
        if instant.name in _NOT_SAID.get(context.role, ()):
            continue
        if is_moment(instant.at, mention.moment, zone, book.end, mention.hedge):
            yield instant.fact, instant.name


def _ratio(book: EvidenceBook, mention: Mention, context: Context) -> Iterator[tuple[int, str]]:
    for index, exact in book.ratios:
        fact = book.sheet.facts[index]
        if not _about(fact, context.series) or not noun_allows(context.noun, fact.kind):
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
        if not _about(fact_, context.series):
            continue
        if (
            mention.word in {"half", "mitad"}
            and "share" in evidence.roles
            and ratio_supports(evidence.value / 100, 0.5, mention.hedge)
        ) or (mention.readings and "count" in evidence.roles and evidence.value == mention.value):
            yield evidence.fact, evidence.name


def _check_pairs(
    book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]
) -> None:
    """What "rose from X to Y" tells needs one fact for both, and Y above X."""
    _check_bounds(mentions, told, found)
    for index, context in enumerate(told):
        if context.role != "to":
            continue
        first = next((i for i in range(index - 1, -1, -1) if told[i].role == "from"), None)
        if first is None or mentions[first].end < context.clause[0]:
            first = _started(told, index)
        if first is None or not _alike(mentions[first], mentions[index]):
            continue
        both = {f for f in set(found[first]) & set(found[index]) if len(found[first][f] | found[index][f]) > 1}
        if context.direction:
            both = {f for f in both if f != SHEET and book.sheet.facts[f].kind in _WAYS}
        a, b = _base(mentions[first].readings[0]), _base(mentions[index].readings[0])
        way = context.direction
        if not both or (way and (b - a) * way <= 0):
            found[first], found[index] = {}, {}
        else:
            found[first] = {fact: found[first][fact] for fact in both}
            found[index] = {fact: found[index][fact] for fact in both}


def _check_ways(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
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


def _check_bounds(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What is said to lie "between X and Y" needs one fact with two bounds."""
    bounds = [i for i, one in enumerate(told) if one.role == "interval" and mentions[i].kind == "quantity"]
    for a, b in pairwise(bounds):
        if b != a + 1 or told[a].clause != told[b].clause:
            continue
        both = {
            fact for fact in set(found[a]) & set(found[b]) if len(found[a][fact] | found[b][fact]) > 1 or fact == SHEET
        }
        for i in (a, b):
            found[i] = {fact: found[i][fact] for fact in both}


def _base(reading: Reading) -> float:
    return reading.value * (reading.unit.factor if reading.unit is not None else 1.0)


def _check_expected(
    book: EvidenceBook, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]
) -> None:
    """What was, told beside what was expected, is of the same anomaly, and is not the expected figure itself."""
    anomalous = any(context.noun == "anomaly" for context in told)
    for one, context in enumerate(told):
        if context.role not in _SAID_EXPECTED or not found[one]:
            continue
        if anomalous:
            found[one] = _only(book, found[one], "anomaly")
        values = [
            i
            for i in range(len(mentions))
            if i != one and _is_value(mentions[i], told[i], context) and _alike(mentions[i], mentions[one])
        ]
        if not values:
            continue
        value = next((i for i in reversed(values) if i < one), values[0])
        left = {fact: names - {"expected"} for fact, names in found[value].items() if fact in found[one]}
        found[value] = {fact: names for fact, names in left.items() if names}
        if found[value]:
            found[one] = {fact: names for fact, names in found[one].items() if fact in found[value]}


def _is_value(mention: Mention, context: Context, expected: Context) -> bool:
    """Whether a claim may be what was there instead of what was expected."""
    if mention.kind != "quantity":
        return False
    return context.role in {"", "to"} or (context.role == "mean" and context.clause == expected.clause)


def _alike(one: Mention, other: Mention) -> bool:
    """Whether two quantities may be of one kind: both bare, or with units of one dimension."""

    def dimensions(mention: Mention) -> set[str | None]:
        return {None if reading.unit is None else reading.unit.dimension for reading in mention.readings}

    return bool(dimensions(one) & dimensions(other))


def _check_spans(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
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


def _check_moments(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """A figure told with a moment is of what was at that moment, where such a fact supports it."""
    moments = [i for i, one in enumerate(mentions) if one.kind == "moment" and found[i]]
    levels = [i for i, one in enumerate(mentions) if one.kind == "quantity" and told[i].role in {"", *_SAID_EXPECTED}]
    bare = bool(levels) and not any(context.noun for context in told)
    if len(moments) == 1 and bare and not any(found[i] for i, one in enumerate(mentions) if one.kind == "quantity"):
        found[moments[0]] = {}  # nothing that is told of this moment is so
    if len(moments) == 1 and any(told[i].role in _SAID_EXPECTED for i in levels):
        near = set(found[moments[0]]) - {SHEET}
        if near and not any(near & set(found[i]) for i in levels):
            for i in (*levels, moments[0]):
                found[i] = {}  # what was there instead of what was expected, but at another time
    for i, one in enumerate(mentions):
        if one.kind == "quantity" and told[i].role in {"", *_SAID_EXPECTED}:
            beside = [m for m, other in enumerate(mentions) if other.kind == "moment"]
            if beside and not moments:
                found[i] = {}  # what was there at a moment that is not the chart's
                continue
        if one.kind != "quantity" or told[i].role in {"mean", "median"}:
            continue
        near = {fact for m in moments if told[m].clause == told[i].clause for fact in found[m] if fact != SHEET}
        near = near or {fact for m in moments for fact in found[m] if fact != SHEET}
        if near & set(found[i]):
            found[i] = {fact: names for fact, names in found[i].items() if fact in near}


def _check_together(book: EvidenceBook, mentions: Sequence[Mention], found: list[Support]) -> None:
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
        own = [_only(book, found[i], kind) if i in told else {} for i in range(len(found))]
        for group in _groups(told, own):
            both = set.intersection(*(set(own[i]) for i in group))
            for i in group:
                others = {} if mentions[i].kind != "moment" else {f: n for f, n in found[i].items() if f not in own[i]}
                found[i] = others | {fact: own[i][fact] for fact in both}


def _of_kind(book: EvidenceBook, support: Support, kind: str, *, some: bool) -> bool:
    """Whether all (or some) of what supports a claim are facts of a kind."""
    mine = len(_only(book, support, kind))
    return bool(mine) and (some or mine == len(support))


def _only(book: EvidenceBook, support: Support, kind: str) -> Support:
    return {f: names for f, names in support.items() if f != SHEET and book.sheet.facts[f].kind == kind}


def _groups(told: list[int], found: list[Support]) -> list[list[int]]:
    """Claims told of one thing: a role that comes again begins the next thing; equal lists are paired in order."""
    runs: list[list[int]] = []
    for index in told:
        if runs and _names(found[runs[-1][-1]]) & _names(found[index]):
            runs[-1].append(index)
        else:
            runs.append([index])
    if len(runs) == 2 and len(runs[0]) == len(runs[1]) > 1:
        return [list(pair) for pair in zip(*runs, strict=True)]
    groups: list[list[int]] = []
    used: set[str] = set()
    for index in told:
        names = _names(found[index])
        if not groups or names & used:
            groups.append([])
            used = set()
        groups[-1].append(index)
        used |= names
    return groups


def _names(support: Support) -> set[str]:
    return {name for names in support.values() for name in names}


def _direction(
    book: EvidenceBook, index: int, mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]
) -> Support:
    """What supports a direction word: the fact of the numbers beside it, else what tells the course of the series."""
    mention, context = mentions[index], told[index]
    beside = [
        i
        for i, one in enumerate(mentions)
        if one.kind in {"quantity", "moment", "ratio"}
        and context.clause[0] <= one.start < context.clause[1]
        and told[i].role not in {"mean", "median"}
    ]
    facts = book.sheet.facts
    if beside and mention.value and not mention.negated:
        ways = [i for i in beside if told[i].role in {"change", "to", "from"}]
        if ways and not any(found[i] for i in ways):
            return {}  # the figure that the word goes with is not believed, so nothing says that it is
        beside = ways or beside
        near = {fact for i in beside for fact in found[i] if fact != SHEET}
        fits = {fact for fact in near if _goes(facts[fact]) == int(mention.value)}
        if fits:
            return {fact: frozenset({"direction"}) for fact in fits}
        if near and any(_goes(facts[fact]) is not None for fact in near):
            return {}
    course = [
        i
        for i, fact in enumerate(facts)
        if _about(fact, context.series)
        and (noun_allows(context.noun, fact.kind) or context.period)
        and _of_period(fact, context)
    ]
    if not context.noun and not context.period:
        has_trend = any(facts[i].kind == "trend" for i in course)
        course = [i for i in course if _is_course(facts[i], has_trend=has_trend, beside=bool(beside))]
    if mention.negated:
        against = [i for i in course if _goes(facts[i]) == int(mention.value)]
        other = [i for i in course if _goes(facts[i]) is not None and i not in against]
        return {} if against else {i: frozenset({"direction"}) for i in other}
    return {i: frozenset({"direction"}) for i in course if _goes(facts[i]) == int(mention.value)}


def _is_course(fact: Fact, *, has_trend: bool, beside: bool) -> bool:
    """Whether a fact may tell where a series goes, where no noun says of what is spoken."""
    if has_trend:
        return fact.kind == "trend" or (beside and fact.kind in {"comparison", "change_point", "flat"})
    return beside or fact.kind in _COURSE or fact.kind == "flat"


def _goes(fact: Fact) -> int | None:
    if fact.kind == "flat":
        return 0
    return None if fact.direction is None else {"up": 1, "down": -1, "flat": 0}[fact.direction]


def _best(support: Support) -> int | None:
    """The fact to link: the most important one; None for what the sheet itself says."""
    facts = [fact for fact in support if fact != SHEET]
    return min(facts) if facts else None

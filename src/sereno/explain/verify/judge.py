"""The claims of a sentence against the evidence: each is supported by a fact, or not.

A number is supported where an exact figure may be written so, its series is the one spoken of, its role and kind are
those that the words beside it name, and its direction is the one told. Claims of one kind of thing told together
(an anomaly's value, expected value and time) must be of one and the same fact.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    found: list[Support] = [_support(book, one, context, zone) for one, context in zip(mentions, told, strict=True)]
    _check_pairs(mentions, told, found)
    _check_together(book, mentions, found)
    for index, mention in enumerate(mentions):
        if mention.kind == "direction":
            found[index] = _direction(book, index, mentions, told, found)
    return [Ruling(one, bool(support), _best(support)) for one, support in zip(mentions, found, strict=True)]


def _support(book: EvidenceBook, mention: Mention, context: Context, zone: ZoneInfo) -> Support:
    match mention.kind:
        case "quantity":
            return _merge(_quantity(book, mention, context))
        case "count":
            counted = _merge(_count(book, mention, context))
            # "5 alerts" may be a value of the series; "5 anomalies" is a claim of how many were found.
            return counted or (_merge(_quantity(book, mention, context)) if mention.word in {"event", "data"} else {})
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


def _quantity(book: EvidenceBook, mention: Mention, context: Context) -> Iterator[tuple[int, str]]:
    for evidence in book.figures:
        fact = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        if not _about(fact, context.series) or not role_allows(context.role, evidence, fact.kind if fact else None):
            continue
        if context.role not in {"mean", "median", "min", "max"} and not noun_allows(
            context.noun, fact.kind if fact else None
        ):
            continue
        if not _direction_agrees(evidence, fact, mention, context):
            continue
        if any(_reads(evidence, reading, mention, context) for reading in mention.readings):
            yield evidence.fact, evidence.name


def _about(fact: Fact | None, series: tuple[str, ...]) -> bool:
    """Whether a fact speaks of every series named; a fact of the sheet, or without series, speaks of all."""
    return fact is None or not fact.series or set(series) <= set(fact.series)


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


def _check_pairs(mentions: Sequence[Mention], told: Sequence[Context], found: list[Support]) -> None:
    """What "rose from X to Y" tells needs one fact for both, and Y above X."""
    for index, context in enumerate(told):
        if context.role != "to" or not found[index]:
            continue
        first = next((i for i in range(index - 1, -1, -1) if told[i].role == "from"), None)
        if first is None or mentions[first].end < context.clause[0]:
            continue
        both = set(found[first]) & set(found[index])
        a, b = _base(mentions[first].readings[0]), _base(mentions[index].readings[0])
        way = context.direction
        if not both or (way and a != b and (b > a) != (way > 0)):
            found[first], found[index] = {}, {}
        else:
            found[first] = {fact: found[first][fact] for fact in both}
            found[index] = {fact: found[index][fact] for fact in both}


def _base(reading: Reading) -> float:
    return reading.value * (reading.unit.factor if reading.unit is not None else 1.0)


def _check_together(book: EvidenceBook, mentions: Sequence[Mention], found: list[Support]) -> None:
    """Figures of one kind told together are of one fact, or none of them is believed."""
    for kind in _TOGETHER:
        told = [
            i
            for i, one in enumerate(mentions)
            if one.kind in {"quantity", "moment", "ratio"}
            and found[i]
            and all(fact != SHEET and book.sheet.facts[fact].kind == kind for fact in found[i])
        ]
        for group in _groups(told, found):
            both = set.intersection(*(set(found[i]) for i in group))
            for i in group:
                found[i] = {fact: found[i][fact] for fact in both}


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
        i for i, fact in enumerate(facts) if _about(fact, context.series) and noun_allows(context.noun, fact.kind)
    ]
    if not context.noun:
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

"""A number: an exact figure may be written so, of the series, role and direction that the words beside it name."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from sereno.explain.fact import Fact
from sereno.explain.verify.compatible import named_allows, noun_allows, role_allows
from sereno.explain.verify.context import Context
from sereno.explain.verify.evidence import Evidence, EvidenceBook
from sereno.explain.verify.mention import Mention, Reading
from sereno.explain.verify.rounding import supports
from sereno.explain.verify.scope import LASTING, about, of_period
from sereno.explain.verify.support import SHEET
from sereno.explain.verify.units import BYTES, PERCENT, PLAIN, POINTS, TIME


def quantity(book: EvidenceBook, mention: Mention, context: Context, *, ways: bool) -> Iterator[tuple[int, str]]:
    """Facts and figures that may be written so; `ways`: the sentence says that something rose or fell."""
    if context.exact:
        mention = msgspec.structs.replace(mention, hedge="")
    for evidence in book.figures:
        fact = None if evidence.fact == SHEET else book.sheet.facts[evidence.fact]
        kind = fact.kind if fact else None
        if not about(fact, context.series) or not of_period(fact, context):
            continue
        part = "comparison" if context.limit is not None and context.limit.notes else ""
        if part and evidence.name == "previous":
            continue  # what was before is not of the last hour
        if not role_allows(context.role, evidence, kind, context.noun or context.period or part):
            continue
        sized = evidence.roles & {"change"} and evidence.per is None and evidence.unit.dimension != PERCENT
        # A minus alone makes no difference of a size: "-3 s" is where it was, "+3 s" or "-3 %" how far it moved.
        told_way = context.direction is not None or mention.signed > 0 or (mention.signed < 0 and not sized)
        if evidence.roles & {"change"} and context.role == "" and not (told_way or (ways and not sized)):
            continue  # a figure with no word for a change is a level
        bare = context.role == "" and context.direction is None and not ways
        if evidence.roles & {"change"} and bare and mention.signed < 0 and _of_shares(fact):
            continue  # "-4 %" of a series in percent is where it was
        if evidence.roles & {"change"} and context.period and context.then:
            continue  # how far it is from the period, told of the period itself
        if context.limit is not None and not context.limit.allows(fact):
            continue
        if context.role == "last" and kind in {"capacity", "forecast"} and evidence.name in _LEVELS_NOW:
            continue  # where the line stands now is not the last reading
        if _of_whole(fact, evidence, context):
            continue
        if context.role == "peak" and fact is not None and fact.kind == "anomaly" and fact.direction == "down":
            continue
        if fact is None and context.noun in LASTING:
            continue  # how long the chart is, is not how long what it shows lasted
        named = context.role in {"mean", "median", "min", "max"} and context.noun != "forecast"
        if named and not named_allows(context.role, context.noun, kind, led=context.led):
            continue
        if not named and not noun_allows(context.noun, kind):
            continue
        if not _direction_agrees(evidence, fact, mention, context):
            continue
        compared = (
            context.period and context.role in {"", "mean", "median"} and evidence.name in {"current", "previous"}
        )
        if compared and (evidence.name == "previous") != context.then:
            continue  # what is told of the period is what was before, all else what is now
        if mention.hedge in {"over", "under"} and "threshold" in evidence.roles:
            continue  # a threshold is a given figure, which nobody rounds
        if any(_reads(evidence, reading, mention, context) for reading in mention.readings):
            yield evidence.fact, evidence.name


def _of_shares(fact: Fact | None) -> bool:
    """Whether a fact tells values in percent, as which its changes in percent could be misread."""
    return fact is not None and any(
        number.name in _VALUES and number.unit in {"percent", "percentunit"} for number in fact.numbers
    )


_LEVELS_NOW = frozenset({"current", "last_level"})
_VALUES = frozenset({"value", "expected", "before", "after", "current", "previous", "start_value", "end_value"})


def _of_whole(fact: Fact | None, evidence: Evidence, context: Context) -> bool:
    """Whether a figure of all categories together is told of one of them, or a comparison's without its period."""
    if fact is None:
        return False
    if fact.kind == "anomaly" and evidence.name.startswith("difference"):
        return context.noun not in {"anomaly", "spike"} and not context.expects  # "it rose by 200 %" is of the series
    if fact.kind == "comparison" and not context.period:
        return context.noun != "comparison" and context.limit is None
    if fact.note == "part" and context.series and fact.series[0] not in context.series:
        return True  # "10 % of the cost" is somebody's, who is not named
    if fact.kind != "composition" or fact.note != "total" or not context.series:
        return False
    return context.series != fact.series[:1] and evidence.name in {"total", "mean", "median", "top_share"}


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
        shared = unit.dimension in {PERCENT, POINTS} and evidence.native != 1.0  # 0.4 of a series of shares
        if unit.dimension in {TIME, PERCENT, POINTS, BYTES} and not shared:
            return False
        exact = base / evidence.native
    else:
        said = evidence.unknown and reading.unit.factor == 1.0 and reading.unit.dimension not in {PERCENT, POINTS}
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

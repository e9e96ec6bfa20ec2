"""Dates and times as people write them: 14:05, 2 pm, 20 Nov, November 20, 20/11/2026, lunes, 2 h ago, hace 2 horas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from sereno.explain.verify.amounts import Amount
from sereno.explain.verify.lexicon import Lexicon, phrases
from sereno.explain.verify.mention import Moment
from sereno.explain.verify.units import DAY, TIME

Found = tuple[int, int, Moment]
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])(?::|(?<=\d)h(?=\d\d))(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d+)?)?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?)?(?!\d)"
)
_ISO = re.compile(
    r"(?<!\d)(?P<year>\d{4})[-/](?P<month>0?[1-9]|1[0-2])[-/](?P<day>0?[1-9]|[12]\d|3[01])(?!\d)"
    rf"(?:(?:T|\s+at\s+|\s+a\s+las\s+|,?\s+){_CLOCK}(?:Z|\s?UTC|[+-]\d\d:?\d\d)?)?"
)
_NUMERIC = re.compile(r"(?<![\d/.,-])(?P<first>\d{1,2})/(?P<second_>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/])")
_TIME = re.compile(rf"(?<![\d:.,]){_CLOCK}(?::?\s?UTC|Z)?", re.IGNORECASE)
_HALF_DAY = re.compile(r"(?<![\d:.,])(?P<hour>1[0-2]|0?[1-9])\s?(?P<half>[ap])\.?\s?m\b\.?", re.IGNORECASE)
_SPANISH_HOUR = re.compile(
    r"(?:a\s+las|las)\s+(?P<hour>[01]?\d|2[0-3])(?:\s?h\b)?(?![\d:.,%]|\s*\w*llamadas)", re.IGNORECASE
)
_YEAR = re.compile(
    r"(?<![\d.,:/$€-])(?:(?<=in )|(?<=en )|(?<=since )|(?<=desde ))"
    r"(?P<year>(?:19|20)\d\d)(?![\d%:/]|[.,]\d)"
)


class Calendar(msgspec.Struct, frozen=True):
    """Patterns made of the month and day names of a language."""

    named: re.Pattern[str]
    named_first: re.Pattern[str]
    month_only: re.Pattern[str]
    weekday: re.Pattern[str]
    months: dict[str, int]
    weekdays: dict[str, int]


@cache
def _calendar(full: tuple[str, ...], short: tuple[str, ...], days: tuple[str, ...]) -> Calendar:
    months = {name: index % 12 + 1 for index, name in enumerate(full)} | {
        name: index % 12 + 1 for index, name in enumerate(short)
    }
    months |= {"sept": 9}
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    year = r"(?:,?\s+(?:de(?:l)?\s+|of\s+)?(?P<year>(?:19|20)\d\d)(?!\d|:\d))?"
    flags = re.IGNORECASE
    return Calendar(
        re.compile(
            rf"(?<![\d.,:])(?P<day>\d{{1,2}})(?:st|nd|rd|th|º)?[\s-]+(?:de\s+|of\s+)?(?P<month>{names})\b\.?{year}",
            flags,
        ),
        re.compile(
            rf"\b(?P<month>{names})\b\.?\s+(?:the\s+)?(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d|[.,:]\d|\s?%){year}", flags
        ),
        re.compile(
            rf"(?:\b(?:in|en|since|desde|during|durante|of|de)\s+)(?P<month>{'|'.join(map(re.escape, full))})\b{year}",
            flags,
        ),
        re.compile(r"\b(?P<weekday>" + "|".join(map(re.escape, days)) + r")(?P<plural>s)?\b", flags),
        months,
        {name: index % 7 for index, name in enumerate(days)},
    )


def moments(text: str, words: Lexicon) -> Iterator[Found]:
    """Every date and time that stands in the calendar or on the clock: (start, end, moment), in order.

    Args:
        text: a sentence with names blanked.
        words: of its language.
    """
    calendar = _calendar(words.time["months"], words.time["months_short"], words.time["days"])
    found: list[Found] = []
    taken = bytearray(len(text))

    def add(match: re.Match[str], moment: Moment) -> None:
        start, end = match.span()
        while end > start and text[end - 1] in ".,:; " and not text[end - 2 : end].lower().endswith("m."):
            end -= 1
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            found.append((start, end, moment))

    for match in _ISO.finditer(text):
        clock = _clock(match) if match["hour"] else Moment()
        add(
            match,
            msgspec.structs.replace(clock, year=int(match["year"]), month=int(match["month"]), day=int(match["day"])),
        )
    for pattern in (calendar.named, calendar.named_first):
        for match in pattern.finditer(text):
            day = int(match["day"])
            if 1 <= day <= 31:
                add(match, Moment(year=_year(match["year"]), month=calendar.months[match["month"].lower()], day=day))
    for match in _NUMERIC.finditer(text):
        moment = _numeric(match, day_first=words.comma_decimal)
        if moment is not None:
            add(match, moment)
    for pattern in (_TIME, _HALF_DAY):
        for match in pattern.finditer(text):
            add(match, _clock(match))
    if "es" in words.languages:
        for match in _SPANISH_HOUR.finditer(text):
            add(match, Moment(hour=int(match["hour"])))
    for match in calendar.month_only.finditer(text):
        add(match, Moment(year=_year(match["year"]), month=calendar.months[match["month"].lower()]))
    for match in _YEAR.finditer(text):
        add(match, Moment(year=int(match["year"])))
    for match in calendar.weekday.finditer(text):
        add(match, Moment(weekday=calendar.weekdays[match["weekday"].lower()]))
    for name, hour in (("noon", 12), ("midnight", 0)):
        for match in phrases(words.time[name]).finditer(text):
            add(match, Moment(hour=hour, minute=0))
    yield from _merged(text, sorted(found))


def relative(text: str, amount: Amount, words: Lexicon) -> Found | None:
    """The moment before the end of the chart that an amount names ("2 h ago", "hace 2 horas"), None if none."""
    reading = amount.readings[0]
    if reading.unit is None or reading.unit.dimension != TIME or reading.per is not None:
        return None
    ago = phrases(words.time["ago"]).search(text, amount.end) if words.time["ago"] else None
    after = ago is not None and not text[amount.end : ago.start()].strip()
    before = list(phrases(words.time["before_ago"]).finditer(text, 0, amount.start)) if words.time["before_ago"] else []
    ahead = (
        before[-1]
        if before and re.fullmatch(r"\s+(?:unos|unas|casi|cerca de|más de)?\s*", text[before[-1].end() : amount.start])
        else None
    )
    if not after and ahead is None:
        return None
    start = ahead.start() if ahead is not None else amount.start
    end = ago.end() if ago is not None and after else amount.end
    moment = Moment(before_end=reading.value * reading.unit.factor, step=reading.step * reading.unit.factor)
    return start, end, moment


def day_words(text: str, words: Lexicon) -> Iterator[Found]:
    """`today` and `yesterday`: the day of the chart's end, and the one before."""
    for name, days in (("today", 0.0), ("yesterday", 1.0)):
        for match in phrases(words.time[name]).finditer(text):
            yield match.start(), match.end(), Moment(before_end=days * DAY, step=-1.0)


def _clock(match: re.Match[str]) -> Moment:
    groups = match.groupdict()
    hour = int(groups["hour"])
    half = (groups.get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    minute, second = groups.get("minute"), groups.get("second")
    return Moment(
        hour=hour, minute=None if minute is None else int(minute), second=None if second is None else int(second)
    )


def _year(text: str | None) -> int | None:
    if text is None:
        return None
    return int(text) if len(text) == 4 else 2000 + int(text)


def _numeric(match: re.Match[str], *, day_first: bool) -> Moment | None:
    first, second, year = int(match["first"]), int(match["second_"]), _year(match["year"])
    day, month = (first, second) if day_first else (second, first)
    fits = 1 <= day <= 31 and 1 <= month <= 12
    turned = 1 <= month <= 31 and 1 <= day <= 12
    if fits:
        return Moment(year=year, month=month, day=day, swapped=turned and day != month and year is not None)
    return Moment(year=year, month=day, day=month) if turned else None


_BETWEEN = re.compile(
    r"\s*[,:]?\s*(?:at|on|a\s+las|a\s+la|del?|el|the|of|a\s+eso\s+de\s+las|around|hacia\s+las)?\s*", re.IGNORECASE
)


def _merged(text: str, found: list[Found]) -> Iterator[Found]:
    """A day beside a time of day is one moment; so is a weekday beside a date."""
    pending: Found | None = None
    for one in found:
        if pending is not None:
            if _BETWEEN.fullmatch(text[pending[1] : one[0]]) and not _shares(pending[2], one[2]):
                pending = (pending[0], one[1], _both(pending[2], one[2]))
                continue
            yield pending
        pending = one
    if pending is not None:
        yield pending


_PARTS = ("year", "month", "day", "hour", "minute", "second", "weekday")


def _shares(a: Moment, b: Moment) -> bool:
    return any(getattr(a, part) is not None and getattr(b, part) is not None for part in _PARTS)


def _both(a: Moment, b: Moment) -> Moment:
    parts = {part: getattr(a, part) if getattr(a, part) is not None else getattr(b, part) for part in _PARTS}
    return Moment(**parts, swapped=a.swapped or b.swapped)

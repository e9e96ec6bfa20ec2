"""Numbers as people write them: 1,234.5, 1.234,5, 12 %, 3.4k, 1,2 millones, twelve, doce, 2 h 5 min."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Reading
from sereno.explain.verify.units import (
    CURRENCY,
    DAY,
    HOUR,
    MINUTE,
    MONTH,
    TIME,
    UNIT,
    WEEK,
    YEAR,
    Unit,
    currency_units,
    text_units,
)

_NUMBER = re.compile(
    r"(?:(?<![\w.,)%\]])(?P<sign>[-+−]))?"
    r"(?<![\w])(?<!\d[.,:/])"
    r"(?P<digits>\d{1,3}(?:[,.' \u00a0\u202f\u2009]\d{3})+(?:[.,]\d+)?(?![\d])|\d+(?:[.,]\d+)?|[.,]\d+)"
    r"(?:[eE](?P<exponent>[-+−]?\d{1,3})|\s?[×x·]\s?10\^?(?P<power>[-+−]?\d{1,3}|[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]{1,4}))?"
)
_SUFFIX = re.compile(r"[ \u00a0\u202f]?(k|K|M|G|T|bn)(?![\w])|(k|K|M|G|T)(?=\s?(?:req|tokens|ops|calls|rps))")
_SUFFIXES = {"k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "bn": 1e9}
_PER = re.compile(
    r"\s*(?:/\s?|per\s+|an?\s+|each\s+|every\s+|por\s+|a\s+la\s+|al\s+|cada\s+)"
    r"(?P<unit>milliseconds?|seconds?|minutes?|hours?|days?|weeks?|months?|years?|segundos?|minutos?|horas?|días?|semanas?|mes(?:es)?|años?"
    r"|ms|min|s|h|d)(?!\w)",
    re.IGNORECASE,
)
_SECONDS = {"s": 1.0, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK, "sem": WEEK, "seg": 1.0, "min": MINUTE, "ms": 1e-3}
_JOIN = re.compile(r"\s*,?\s*(?:and\s+|y\s+|e\s+|)")
_SUPERSCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


class Amount(msgspec.Struct, frozen=True):
    """A number found in a text: where it begins and ends, a written sign, and how it can be read.

    Attributes:
        digits: whether it is written in digits. bare: whether it stands without a unit.
    """

    start: int
    end: int
    signed: int
    readings: tuple[Reading, ...]
    digits: bool
    bare: bool


def amounts(text: str, words: Lexicon, decimal: str = "") -> Iterator[Amount]:
    """Every number of a text, in order; parts of one duration ("2 h 5 min") are one number.

    Args:
        text: a sentence in which dates, names and list marks are blanked.
        words: of its language.
        decimal: the mark before decimals where the text shows it; "" leaves it to the language.
    """
    pending: Amount | None = None
    for amount in sorted([*_digits(text, words, decimal), *_words(text, words)], key=lambda one: one.start):
        if pending is not None:
            if amount.start < pending.end:
                continue
            joined = _joined(text, pending, amount)
            if joined is not None:
                pending = joined
                continue
            yield pending
        pending = amount
    if pending is not None:
        yield pending


def _digits(text: str, words: Lexicon, decimal: str) -> Iterator[Amount]:
    position = 0
    while match := _NUMBER.search(text, position):
        position = match.end()
        start, end = match.start(), match.end()
        comma = decimal == "," if decimal else words.comma_decimal
        read = _read(match["digits"], comma=comma, both=not decimal and len(words.languages) > 1)
        exponent = int((match["exponent"] or match["power"] or "0").replace("−", "-").translate(_SUPERSCRIPT))
        if abs(exponent) > 30:
            continue
        before = text[max(0, start - 4) : start]
        currency = next((m for m in CURRENCY.finditer(before) if m.end() == len(before)), None)
        sign = match["sign"]
        if currency is not None:
            start -= len(currency.group())
            if sign is None and text[start - 1 : start] in {"-", "−"}:  # −$5
                sign, start = "-", start - 1
        factor, end = _multiplier(text, end, words)
        factor *= 10.0**exponent
        unit = UNIT.match(text, end)
        units: tuple[Unit | None, ...] = (None,)
        if unit is not None and not (unit["sign"] == "m" and factor > 1):
            units, end = text_units(unit), unit.end()
        elif currency is not None:
            units = currency_units(currency.group())
        elif end < len(text) and (text[end].isalpha() or text[end] == "_"):
            continue  # 7B, 4o, 3rd: names and ordinals, no amounts
        per = _PER.match(text, end) if units[0] is not None or not text[end : end + 1].isalnum() else None
        seconds = None
        if per is not None:
            seconds, end = _seconds(per["unit"]), per.end()
        readings = tuple(
            Reading(value * (-factor if sign in {"-", "−"} else factor), step * factor, loose * factor, one, seconds)
            for value, step, loose in read
            for one in units
        )
        signed = 0 if sign is None else 1 if sign == "+" else -1
        yield Amount(start, end, signed, readings, digits=True, bare=units == (None,))
        position = max(position, end)


def _read(digits: str, *, comma: bool, both: bool) -> list[tuple[float, float, float]]:
    """Ways to read digits: (value, one in the last place, one in the last place that is not a zero)."""
    plain = re.sub(r"[ '\u00a0\u202f\u2009]", "", digits)
    ways: list[str] = []
    points, commas = plain.count("."), plain.count(",")
    if points and commas:
        decimal = "." if plain.rfind(".") > plain.rfind(",") else ","
        group = "," if decimal == "." else "."
        ways.append(plain.replace(group, "").replace(decimal, "."))
    elif points + commas > 1:
        ways.append(plain.replace(".", "").replace(",", ""))
    elif not points + commas:
        ways.append(plain)
    else:
        mark = "." if points else ","
        head, _, tail = plain.partition(mark)
        grouped = len(tail) == 3 and 0 < len(head) <= 3 and head != "0"
        own = (mark == ",") == comma
        if not grouped:
            ways.append(f"{head or '0'}.{tail}")
        elif own and not both:  # 1.234 in English, 1,234 in Spanish: a decimal mark
            ways.append(f"{head}.{tail}")
        elif both:
            ways += [head + tail, f"{head}.{tail}"]
        else:  # 1,234 in English, 1.234 in Spanish: thousands
            ways.append(head + tail)
    return [_placed(way) for way in ways]


def _placed(plain: str) -> tuple[float, float, float]:
    head, _, tail = plain.partition(".")
    step = 10.0 ** -len(tail)
    loose = step
    if not tail:
        zeros = len(head) - len(head.rstrip("0")) if head.strip("0") else 0
        loose = 10.0**zeros
        if loose == 1.0 and head.endswith("5") and len(head) > 1:
            loose = 5.0
    return float(plain), step, loose


def _multiplier(text: str, end: int, words: Lexicon) -> tuple[float, int]:
    suffix = _SUFFIX.match(text, end)
    if suffix is not None:
        return _SUFFIXES[suffix[1] or suffix[2]], suffix.end()
    for word, value in sorted(words.multipliers.items(), key=lambda item: -len(item[0])):
        match = re.compile(rf"[\s\u00a0\u202f]+{word}(?!\w)", re.IGNORECASE).match(text, end)
        if match is not None:
            after = re.compile(r"[\s\u00a0]+(?:de\s|of\s)", re.IGNORECASE).match(text, match.end())
            return value, after.end() - 1 if after else match.end()
    return 1.0, end


def _words(text: str, words: Lexicon) -> Iterator[Amount]:
    pattern = re.compile(r"(?<![\w-])(" + "|".join(words.numbers) + r")(?![\w])", re.IGNORECASE)
    for match in pattern.finditer(text):
        value = words.numbers[match[1].lower()]
        factor, end = _multiplier(text, match.end(), words)
        unit = UNIT.match(text, end)
        units: tuple[Unit | None, ...] = (None,)
        if unit is not None:
            units, end = text_units(unit), unit.end()
        if value == 1 and (unit is None or match[1].lower() in {"un", "una"}):
            continue  # "one of the", "una tendencia": no claim of a number; a counted noun is `scan`'s
        per = _PER.match(text, end)
        seconds = None
        if per is not None and (unit is not None or not text[end : end + 1].isalnum()):
            seconds, end = _seconds(per["unit"]), per.end()
        readings = tuple(Reading(value * factor, factor, factor, one, seconds) for one in units)
        yield Amount(match.start(), end, 0, readings, digits=False, bare=unit is None)


def _seconds(unit: str) -> float:
    word = unit.lower()
    if word.startswith(("month", "mes")):
        return MONTH
    if word.startswith(("year", "año")):
        return YEAR
    for prefix in ("ms", "milli", "seg", "sec", "s", "m", "h", "d", "w"):
        if word.startswith("sem"):
            return WEEK
        if word.startswith(prefix):
            return {"milli": 1e-3, "sec": 1.0, "ms": 1e-3}.get(prefix, _SECONDS.get(prefix, 1.0))
    return 1.0


def _joined(text: str, first: Amount, second: Amount) -> Amount | None:
    """`2 h` and `5 min` to one duration, None if they are two amounts."""
    a, b = first.readings[-1], second.readings[0]
    if a.unit is None or b.unit is None or a.unit.dimension != TIME or b.unit.dimension != TIME:
        return None
    if a.per or b.per or second.signed or a.unit.factor <= b.unit.factor or b.unit.factor < 1 or a.step < 1:
        return None
    if b.value * b.unit.factor >= a.unit.factor or not _JOIN.fullmatch(text[first.end : second.start]):
        return None
    value = a.value * a.unit.factor + b.value * b.unit.factor
    step = b.step * b.unit.factor
    reading = Reading(value, step, b.loose * b.unit.factor, Unit(TIME))
    return Amount(first.start, second.end, first.signed, (reading,), digits=True, bare=False)

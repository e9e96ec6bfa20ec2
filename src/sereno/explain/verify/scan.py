"""A sentence to what it claims: every number, date, ratio, direction and name in it, before anything is matched."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from sereno.explain.verify.amounts import Amount, amounts
from sereno.explain.verify.lexicon import Lexicon, phrases
from sereno.explain.verify.mention import Hedge, Mention, MentionKind, Reading
from sereno.explain.verify.moments import day_words, moments, relative
from sereno.explain.verify.names import Names, find_names
from sereno.explain.verify.units import TIME, Unit

_MARKS = re.compile(
    r"^\s*(?:[-*•–]\s+|\#{1,6}\s+|\d{1,2}[.)]\s+)|\[[a-z_]*-?\d{1,3}\]|https?://\S+"
    r"|(?<!\w)[pP]ercentile?s?\s+(?P<percentile>\d{2})(?![\w.,]\d)"
    r"|(?<!\w)\d{2}\s?(?:%|percent|por ciento)(?=\s+(?:of|de|del)\s+(?:(?:the|all|las|los)\s+)*(?:time|readings"
    r"|values|calls"
    r"|requests|veces|lecturas|valores|tiempo|llamadas)[^.;]{0,80}(?<!\w)p\d{2}(?!\w))"
    r"|(?<!\w)(?!\d{1,3}(?:\.\d{3})+(?!\w|\.\d))v?\d+(?:\.\d+){2,}(?!\w)",
    re.MULTILINE,
)
"""List marks, links to facts, addresses, percentiles in words and versions: digits that claim nothing."""
_JOINED = re.compile(r"\s*(?:[-–—]|to|and|or|a|y|e|o|hasta|&|,|,?\s+(?:and|y))\s*", re.IGNORECASE)
_ADVICE = re.compile(
    r"^\W*(?:advice|suggestion|next step|recommend|consider|check|try|look|compare(?!d)"
    r"|you (?:may|might|could|should)|it (?:may|might) help"
    r"|consejo|sugerencia|siguiente paso|se recomienda|recomend|considera|considere"
    r"|comprueb|revis|prueb|mira|mire|compar[ae]\s|conviene)",
    re.IGNORECASE,
)
_IF = re.compile(
    r"(?<!\w)(?:if|whether|unless|could|would|may|might|should|si|podrían?|pued[ae]n?|conviene)(?!\w)", re.IGNORECASE
)
_MORE = re.compile(
    r"(?:(?<=\x03)|(?<=is)|(?<=was)|(?<=are)|(?<=were)|(?<=está)|(?<=estaba))\s+(?P<way>more|less|más"
    r"|menos)\s+(?:than|que)"
    r"(?!\s*(?:about\s+|around\s+)?\x03)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"\s*(?:than|que)\s+(?:(?:about|around|some|roughly|nearly|unos|unas|casi|los|las|alrededor de"
    r"|aproximadamente)\s+)?\x03",
    re.IGNORECASE,
)
"""After "higher": the figure that it is bounded by, which tells no direction."""
_ABOVE = re.compile(
    r"\x03\s+(?:(?P<up>above|(?:por\s+)?encima\s+de)|(?P<down>below|(?:por\s+)?debajo\s+de))(?!\w)(?!\s*\x03)",
    re.IGNORECASE,
)
_DISTANCE = re.compile(r"\d(?:\s?[^\s\d,;]{1,12}){0,2}\s+$")
"""Before "above": how far something is from what follows."""
_WORD = re.compile(r"\w[\w'-]*")
_RANKED = re.compile(
    r"(?:valor(?:es)?|nivel|punto|cifra|media|mediana|promedio|value|point|figure)s?\s+$"
    r"|(?<!\w)(?:el|la|lo|los|las|forma|manera|modo)\s+$",
    re.IGNORECASE,
)
"""Before "más alto": which of the values, not where they go; before "constante": how it went there."""
_UP_TO = re.compile(r"(?:^|[,;:(]\s*|(?<!\w)(?:of|for|with|takes?|took|de|durante|con|en)\s+)$", re.IGNORECASE)
"""Before "up to" where it is a bound: "delays of up to 5 s"."""
_PART = re.compile(r"(?:first|second|other|latter|former|primera|segunda|otra)\s+$", re.IGNORECASE)
"""Before "half": a part of the range, not a ratio."""
READINGS = (
    "readings|values|points|samples|measurements|observations|requests|calls|queries|time"
    "|lecturas|valores|puntos|muestras|mediciones|observaciones|peticiones|llamadas|consultas|tiempo"
)
"""What a share may be of, as it is spoken of: points of the series."""
_OF_READINGS = re.compile(
    rf"\s+(?:of|de)\s+(?:all\s+|the\s+|las\s+|los\s+|its\s+|sus\s+)*(?:{READINGS})(?!\w)", re.IGNORECASE
)
"""After "half": the readings below the median, no ratio."""
_NOUN_REACH = 3
"""How many words after a number its noun may stand."""
_HALF_HOUR = 1800.0


class Scan(msgspec.Struct, frozen=True):
    """A sentence read.

    Attributes:
        text: with names, dates and marks blanked, so that words beside numbers can be looked for.
        mentions: in order.
        advice: whether it says what to do rather than what is.
    """

    text: str
    mentions: tuple[Mention, ...]
    advice: bool


def scan(sentence: str, words: Lexicon, names: Names, decimal: str = "") -> Scan:
    """Everything that a sentence claims.

    Args:
        sentence: as written.
        words: of its language.
        names: of series.
        decimal: the mark before decimals where the text shows it; "" leaves it to the language.
    """
    found: list[Mention] = []
    text = sentence
    for start, end, name in find_names(text, names):
        found.append(Mention(start=start, end=end, kind="series", word=name))
    text = _blank(text, [(one.start, one.end) for one in found], "\x01")
    if names.other is not None:
        text = _blank(text, [match.span() for match in names.other.finditer(text)], " ")
    text = _MARKS.sub(_unmarked, text)
    when = list(moments(text, words))
    found += [_moment(text, start, end, moment, words) for start, end, moment in when]
    text = _blank(text, [(start, end) for start, end, _ in when], "\x02")
    numbers: list[tuple[int, int]] = []
    for mention in _numbers(text, words, decimal):
        found.append(mention)
        numbers.append((mention.start, mention.end))
    compared = [match.span() for pattern in words.periods.values() for match in pattern.finditer(text)]
    # "The same hour yesterday" is a period to compare with, and tells no moment.
    days = [one for one in day_words(text, words) if not _inside(one[0], [*numbers, *compared])]
    found += [_moment(text, start, end, moment, words) for start, end, moment in days]
    blanked = _blank(text, [*numbers, *((start, end) for start, end, _ in days)], "\x03")
    advice = _ADVICE.match(sentence) is not None
    found += _ratios(blanked, words)
    if not advice:
        found += _directions(blanked, words)
        found += _more(blanked)
        found += _beside(blanked)
    found += _ordinals(blanked, words)
    found += _nones(blanked, words)
    return Scan(blanked, tuple(sorted(_apart(found), key=lambda one: (one.start, -one.end))), advice)


def _numbers(text: str, words: Lexicon, decimal: str) -> Iterator[Mention]:
    listed = list(amounts(text, words, decimal))
    for match in phrases(words.time["half_an_hour"]).finditer(text):
        if not any(one.start < match.end() and match.start() < one.end for one in listed):
            reading = (Reading(_HALF_HOUR, 60.0, 60.0, Unit(TIME)),)
            listed.append(Amount(match.start(), match.end(), 0, reading, digits=False, bare=False))
    listed.sort(key=lambda one: one.start)
    for index, amount in enumerate(listed):
        after = listed[index + 1] if index + 1 < len(listed) else None
        yield _number(text, _with_unit(text, amount, after), words)


def _number(text: str, amount: Amount, words: Lexicon) -> Mention:
    hedge = _hedge(text, amount.start, words)
    ago = relative(text, amount, words)
    if ago is not None:
        start, end, moment = ago
        return Mention(start=start, end=end, kind="moment", moment=moment, hedge=hedge)
    times = words.grammar["times"].match(text, _skip(text, amount.end))
    if times is not None and amount.bare:
        return Mention(
            start=amount.start,
            end=times.end(),
            kind="ratio",
            readings=amount.readings,
            value=amount.readings[0].value,
            hedge=hedge,
        )
    noun = _noun(text, amount.end, words) if amount.bare else ""
    kind: MentionKind = "count" if noun and float(amount.readings[0].value).is_integer() else "quantity"
    return Mention(
        start=amount.start,
        end=amount.end,
        kind=kind,
        readings=amount.readings,
        signed=amount.signed,
        hedge=hedge,
        word=noun,
    )


def _with_unit(text: str, amount: Amount, after: Amount | None) -> Amount:
    """In "from 1.2 to 3.4 s" the first number has the unit of the second."""
    if not amount.bare or after is None or after.bare or not _JOINED.fullmatch(text[amount.end : after.start]):
        return amount
    readings = tuple(
        Reading(own.value, own.step, own.loose, other.unit, other.per)
        for own in amount.readings
        for other in {(one.unit, one.per): one for one in after.readings}.values()
    )
    if text[amount.end : after.start].strip() == ",":  # a list ("3, 4 s"), or the next thing told ("to 3, by 4 %")
        return Amount(amount.start, amount.end, amount.signed, amount.readings + readings, amount.digits, bare=True)
    return Amount(amount.start, amount.end, amount.signed, readings, amount.digits, bare=False)


def _noun(text: str, end: int, words: Lexicon) -> str:
    """What a bare number counts: the class of the first known noun within a few words; "" if there is none."""
    rest = text[end : end + 60]
    stop = re.search(r"[.,;:()\x01-\x03]|\s(?:and|y|in|en|of|de|at|a|from|to|is|was|were|are|es|fue|son|eran)\s", rest)
    before = rest[: stop.start()] if stop else rest
    reach = [match.end() for match in _WORD.finditer(before)][:_NOUN_REACH]
    before = before[: reach[-1]] if reach else ""
    best = ""
    where = len(before)
    for kind, pattern in words.kinds.items():
        match = pattern.search(rest)  # "cambios de nivel" begins before "de"
        setting = match is not None and kind in {"trend", "range", "comparison"} and " " in match.group()
        if match is not None and match.start() < where and not setting:  # "to 118 across the chart" counts nothing
            best, where = kind, match.start()
    return best


def _hedge(text: str, start: int, words: Lexicon) -> Hedge:
    before = text[max(0, start - 40) : start]
    for name in ("over", "under", "about"):
        for match in words.hedges[name].finditer(before):
            if match.group().lower() in {"hasta", "up to"} and not _UP_TO.search(before, 0, match.start()):
                continue  # "rose up to 5 s" says where it went, not that it stayed below
            if name != "about" and _DISTANCE.search(before, 0, match.start()):
                continue  # "2 s above the expected 5 s" says how far from it
            if re.fullmatch(r"\s*(?:the\s+|a\s+|los\s+|las\s+|el\s+|la\s+|un\s+|una\s+)?", before[match.end() :]):
                return name
    return ""


def _moment(text: str, start: int, end: int, moment: object, words: Lexicon) -> Mention:
    return Mention(start=start, end=end, kind="moment", moment=moment, hedge=_hedge(text, start, words))  # type: ignore[arg-type]  # Moment


def _ratios(text: str, words: Lexicon) -> Iterator[Mention]:
    pattern = phrases(words.ratios)
    for match in pattern.finditer(text):
        if _PART.search(text, 0, match.start()) or _OF_READINGS.match(text, match.end()):
            continue
        value = words.ratios[match.group().lower()]
        yield Mention(
            start=match.start(),
            end=match.end(),
            kind="ratio",
            value=value,
            hedge=_hedge(text, match.start(), words),
            word=match.group(),
        )


def _directions(text: str, words: Lexicon) -> Iterator[Mention]:
    for name, value in (("flat", 0.0), ("up", 1.0), ("down", -1.0)):
        for match in words.directions[name].finditer(text):
            before = text[max(0, match.start() - 30) : match.start()]
            clause = re.split(r"[,;:.()]", before)[-1]
            if _IF.search(clause) or _RANKED.search(clause) or _BOUND.match(text, match.end()):
                continue
            negated = name != "flat" and bool(
                re.search(words.grammar["not"].pattern + r"\s*(?:\w+\s+){0,2}$", clause, re.IGNORECASE)
            )
            yield Mention(
                start=match.start(), end=match.end(), kind="direction", value=value, word=name, negated=negated
            )


def _more(text: str) -> Iterator[Mention]:
    """What is said to be more or less than at another time; "more than" before a number only bounds it."""
    for match in _MORE.finditer(text):
        up = match["way"].lower() in {"more", "más"}
        start, end = match.span("way")
        value, word = (1.0, "up") if up else (-1.0, "down")
        yield Mention(start=start, end=end, kind="direction", value=value, word=word)


def _beside(text: str) -> Iterator[Mention]:
    """How far one figure is from another: "21 % above the first half"; "above 5 s" only bounds a figure."""
    for match in _ABOVE.finditer(text):
        up = match["up"] is not None
        start, end = match.span("up" if up else "down")
        yield Mention(start=start, end=end, kind="direction", value=1.0 if up else -1.0, word="up" if up else "down")


def _ordinals(text: str, words: Lexicon) -> Iterator[Mention]:
    for match in phrases(words.ordinals).finditer(text):
        noun = _noun(text, match.end(), words)
        if noun and noun not in {"series", "data"}:
            yield Mention(
                start=match.start(),
                end=match.end(),
                kind="ordinal",
                value=words.ordinals[match.group().lower()],
                word=noun,
            )


def _nones(text: str, words: Lexicon) -> Iterator[Mention]:
    """The claim that there are none: "no anomalies", "sin huecos"."""
    for match in words.grammar["none"].finditer(text):
        noun = _noun(text, match.end(), words)
        if noun in {"anomaly", "gap", "change_point", "seasonality", "flat"}:
            reading = (Reading(0.0, 1.0, 1.0),)
            yield Mention(start=match.start(), end=match.end(), kind="count", readings=reading, word=noun)


def _apart(found: list[Mention]) -> Iterator[Mention]:
    """Of claims in one place the first found wins; a direction word may overlap none."""
    taken: list[tuple[int, int]] = []
    for mention in found:
        if any(start < mention.end and mention.start < end for start, end in taken):
            continue
        taken.append((mention.start, mention.end))
        yield mention if mention.kind != "count" else replace(mention)


def _unmarked(match: re.Match[str]) -> str:
    """As long as what it stands for: a percentile as `p95`, all else blank."""
    name = "" if match["percentile"] is None else f"p{match['percentile']}"
    return name.ljust(len(match.group()))


def _blank(text: str, spans: list[tuple[int, int]], mark: str) -> str:
    chars = list(text)
    for start, end in spans:
        chars[start:end] = mark * (end - start)
    return "".join(chars)


def _inside(position: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= position < end for start, end in spans)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \u00a0\u202f":
        position += 1
    return position

"""What the words around a claim say of it: which series, which role, what kind of thing, which direction."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import Scan
from sereno.explain.verify.units import PERCENT

_BREAK = re.compile(r"[;()—]|,(?=\s)|[.](?=\s)")
_DIRECTLY = re.compile(
    r"[\s\x01]*(?:of|in|for|on|from|de|del|en|para)\s+(?:the\s+|la\s+|el\s+|los\s+|las\s+)?[\"'`«“]?(?=\x01)",
    re.IGNORECASE,
)
_AFTER = re.compile(
    r"\s*(?:"
    r"(?P<ratio_of>of (?:the |its )?(?:expected|usual|normal|mean|average|median|maximum|minimum|last|current|previous)"
    r"|of \x01|de (?:lo|la|el) (?:esperad[oa]|habitual|normal|media|mediana|máximo)|del (?:valor|máximo|mínimo))"
    r"|\(?(?:of\s+|de\s+)?(?:(?P<mean>on average|de media|en promedio|mean|average)"
    r"|(?P<median>(?:at\s+the\s+|in\s+the\s+)?median|(?:de\s+)?mediana)"
    r"|(?P<last>as (?:its |the )?last value|como último valor)|(?P<ended>at the (?:very )?end|al final|al cierre)"
    r"|(?P<first>at the (?:very )?(?:start|beginning)|al principio|al comienzo|al inicio)"
    r"|(?P<expected>was expected|were expected|expected|esperad[oa]s?|se esperaban?|previst[oa]s? normalmente)"
    r"|(?P<total>in total|en total|altogether)"
    r"|(?P<share>(?:share\s+)?of (?:the total|all|the whole)|del total|del conjunto|de todas|de todos)"
    r"|(?P<std_count>standard deviations|sigmas|desviaciones (?:típicas|estándar))"
    r"|(?P<confidence>confidence|de confianza|confident|(?:confidence|prediction)\s+interval)"
    r"|(?P<said_before>earlier|antes|before)|(?P<said_after>later|después|más tarde|after|tras)"
    r"|(?P<lag>ahead|behind))(?!\w))",
    re.IGNORECASE,
)
_REACH = 34
"""Characters before a number in which a word may say what it is."""
_AT_ONCE = re.compile(r"for|during|within|every|durante|cada|within", re.IGNORECASE)
"""Words for a role that they give only to the number right after them: "for 3 h", not "for the api it is 3 s"."""
_NOTHING = re.compile(
    r"\s*(?:(?:about|around|nearly|almost|some|roughly|approximately|unos|unas|casi|the|los|las|a|over|more|than|más|de"
    r"|last|past|últim[oa]s|alrededor|cerca|aproximadamente|in|total|just|under|less|menos|each|un|una)\s*)*[~≈<>]?\s*",
    re.IGNORECASE,
)
_COMPARED = re.compile(
    r"(?<!\w)(?:than|compared|comparison|versus|vs|against|same as|as in|to|que|comparación|comparad[oa]s?|frente"
    r"|respecto|como en|con)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a period is one to compare with; "on the day before" only tells when."""
_COMPARED_REACH = 30
_PERCENTILE = re.compile(
    r"(?<!\w)(?:p(?P<a>\d{2})|(?P<b>\d{2})th\s+percentile)(?!\w)"
    r"(?=\s*(?:\x01|[:=,(]|$|of\b|is\b|was\b|at\b|de\b|es\b|fue\b|en\b|stands\b|del?\b))",
    re.IGNORECASE,
)
_NAME = re.compile(r"\x01+")
_MOMENT_ROLE = re.compile(
    r"(?<!\w)(?:(?P<duration>for|durante)|(?P<since>since|from|starting|desde)|(?P<until>until|till|hasta))"
    r"(?:\s+(?:the|on|at|el|la|las|a))*\s+$",
    re.IGNORECASE,
)
_APPOSED_ROLE = re.compile(r"\s*(?:(?:which|that|que)\s+(?:is|was|are|were|es|fue|son)\s*)?", re.IGNORECASE)
_APPOSED = re.compile(
    r"[\s\x01]*(?:at|with|of|en|con|de|a|(?:which|that|que)\s+(?:is|was|are|were|es|fue|son))?[\s\x01]*", re.IGNORECASE
)
_BETWEEN = (
    r"\s*(?:in\s+)?(?:by|un|en un|en|por|of|de|del|about|around|almost|nearly|unos|unas|casi|alrededor de|cerca de"
    r"|approximately|roughly|aproximadamente|over|more than|más de|just over|\s)*\s*"
)
_SETTING = 60
"""Characters of a clause that only sets the scene."""
_FROM_TO = re.compile(
    r"\s*(?:[-–—]|to|and|a|y|e|hasta)\s*(?:about|around|unos|unas|casi|nearly|almost|just\s+over|just\s+under)?\s*",
    re.IGNORECASE,
)


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is said beside a claim.

    Attributes:
        clause: where the clause begins and ends.
        series: names it is about; none where the sentence names none.
        role: what the number is ("" where nothing says so).
        noun: the class of thing that the clause is about ("" where nothing says so).
        direction: +1, −1, 0 (said to be flat), None where no direction is told of it.
        named: whether this sentence names the series, not one before it.
        period: what it is compared with, as notes of comparisons say it ("" where nothing says so).
    """

    clause: tuple[int, int]
    series: tuple[str, ...]
    role: str
    noun: str
    direction: int | None
    named: bool = True
    period: str = ""


def contexts(scan: Scan, words: Lexicon, subject: tuple[str, ...]) -> list[Context]:
    """The context of each mention of a sentence.

    Args:
        scan: the sentence.
        words: of its language.
        subject: series that the text spoke of last.
    """
    breaks = _breaks(scan.text, words)
    return [_context(scan, index, words, breaks, subject) for index in range(len(scan.mentions))]


def _breaks(text: str, words: Lexicon) -> list[int]:
    found = {0, len(text)} | {match.end() for match in _BREAK.finditer(text)}
    found |= {match.start() for match in words.grammar["clause"].finditer(text)}
    return sorted(found)


def _context(scan: Scan, index: int, words: Lexicon, breaks: Sequence[int], subject: tuple[str, ...]) -> Context:
    mention = scan.mentions[index]
    start = max(one for one in breaks if one <= mention.start)
    end = min(one for one in breaks if one > mention.start)
    end = max(end, mention.end)
    series = _series(scan, index, start, end)
    role = _role(scan, index, words, start, end) if mention.kind in {"quantity", "ratio"} else ""
    if mention.kind == "moment":
        role = _moment_role(scan, mention)
    noun = _noun(scan, mention, words, start, end)
    if role in {"mean", "median"} and (noun == "forecast" or not noun):
        # "It is forecast to have a mean of 3, with a median of 4": both are said to be still to come.
        noun = "forecast" if words.kinds["forecast"].search(scan.text, 0, mention.start) else ""
    return Context(
        clause=(start, end),
        series=series or subject,
        role=role,
        noun=noun,
        direction=_direction(scan, index, start, end),
        named=bool(series),
        period=_period(scan, mention, words, start, end),
    )


def _moment_role(scan: Scan, mention: Mention) -> str:
    """What a moment is said to be: when it began, when it ended, wrongly how long it took; "" where nothing says so."""
    before = scan.text[: mention.start]
    if re.search(r"(?:first time|primera vez)", before, re.IGNORECASE):
        return "first"
    found = _MOMENT_ROLE.search(before)
    return "" if found is None or found.lastgroup is None else found.lastgroup


def _series(scan: Scan, index: int, start: int, end: int) -> tuple[str, ...]:
    """The names that a claim is about: bound to it ("9 s in B"), else the nearest before it, else the nearest after."""
    mention = scan.mentions[index]
    names = [one for one in scan.mentions if one.kind == "series"]
    if mention.kind == "series":
        return (mention.word,)
    bound = _DIRECTLY.match(scan.text, mention.end)
    if bound is not None:
        following = [one for one in names if bound.end() <= one.start <= bound.end() + 1]
        if following:
            return _group(scan, names, following[0])
    before = [one for one in names if one.end <= mention.start]
    inside = [one for one in before if one.start >= start]
    after = [one for one in names if mention.end <= one.start < end]
    if inside:
        return _group(scan, names, inside[-1])
    if after:
        return _group(scan, names, after[0])
    if before:
        return _group(scan, names, before[-1])
    later = [one for one in names if one.start >= mention.end]
    return _group(scan, names, later[0]) if later else ()


_AND = re.compile(
    r"[\"'`»”\s]*(?:,|,?\s*(?:and|y|e|or|o|&|with|con))\s+(?:the\s+|la\s+|el\s+)?[\"'`«“]?", re.IGNORECASE
)


def _group(scan: Scan, names: list[Mention], one: Mention) -> tuple[str, ...]:
    """A name with those that "and" ties to it."""
    position = names.index(one)
    first = last = position
    while first > 0 and _AND.fullmatch(scan.text[names[first - 1].end : names[first].start]):
        first -= 1
    while last + 1 < len(names) and _AND.fullmatch(scan.text[names[last].end : names[last + 1].start]):
        last += 1
    return tuple(dict.fromkeys(name.word for name in names[first : last + 1]))


def _role(scan: Scan, index: int, words: Lexicon, start: int, end: int) -> str:
    mention = scan.mentions[index]
    bracketed = scan.text[mention.end :].lstrip()[:1] == "("  # "3.2 s (median)"
    after = _AFTER.match(scan.text, mention.end, len(scan.text) if bracketed else max(end, mention.end))
    if after is not None and after.lastgroup is not None:
        percent = any(one.unit is not None and one.unit.dimension == PERCENT for one in mention.readings)
        if after.lastgroup != "ratio_of" or percent:
            return after.lastgroup
    previous = [one.end for one in scan.mentions[:index] if one.kind in {"quantity", "count", "ratio"}]
    pair = previous and _FROM_TO.fullmatch(scan.text[previous[-1] : mention.start])
    apposed = _APPOSED_ROLE.fullmatch(scan.text, start, mention.start) is not None  # "its lowest value, 1.2 s,"
    low = max([0 if apposed else start, *previous])
    before = _NAME.sub("\x01", scan.text[low : mention.start])[-_REACH:]
    if pair:
        return "to" if _said_from(scan, index) else _role(scan, _before(scan, index), words, start, end)
    if _said_from(scan, index + 1, own=index):
        return "from"
    best, where, length = "", -1, 0
    for role, pattern in words.roles.items():
        for match in pattern.finditer(before):
            late = _AT_ONCE.fullmatch(match.group()) and not _NOTHING.fullmatch(before, match.end())
            if not late and (match.end(), len(match.group())) > (where, length):
                best, where, length = role, match.end(), len(match.group())
    percentile = list(_PERCENTILE.finditer(before))
    if percentile and percentile[-1].end() > where:
        return f"p{percentile[-1]['a'] or percentile[-1]['b']}"
    if best:
        return best
    tail = re.search(
        r"(?<!\w)(by|to|up to|un|en un|a|hasta|at|reached|alcanzó|llegó a|por|del)\s+$", before, re.IGNORECASE
    )
    if tail is not None and tail[1].lower() in {"to", "up to", "reached", "alcanzó", "llegó a", "a", "hasta"}:
        return "to"
    if _beside_direction(scan, index, start) and (
        tail is None or tail[1].lower() in {"by", "un", "en un", "por", "del"}
    ):
        return "change"
    return ""


def _before(scan: Scan, index: int) -> int:
    return next(i for i in range(index - 1, -1, -1) if scan.mentions[i].kind in {"quantity", "count", "ratio"})


def _said_from(scan: Scan, index: int, own: int | None = None) -> bool:
    """Whether two numbers are said as "from X to Y"; `index` is the second (or follows the first, `own`)."""
    numbers = [i for i, one in enumerate(scan.mentions) if one.kind == "quantity"]
    if own is not None:
        later = [i for i in numbers if i > own]
        if not later:
            return False
        index = later[0]
        if not _FROM_TO.fullmatch(scan.text[scan.mentions[own].end : scan.mentions[index].start]):
            return False
    earlier = [i for i in numbers if i < index]
    if not earlier:
        return False
    head = scan.text[: scan.mentions[earlier[-1]].start]
    # "between X and Y" names two bounds, not a way from one to the other.
    return (
        re.search(r"(?<!\w)(from|de|desde|del)\s+(?:(?:about|around|unos|unas|casi|nearly)\s+)?$", head, re.IGNORECASE)
        is not None
    )


def _beside_direction(scan: Scan, index: int, start: int) -> bool:
    """Whether a direction word stands just before ("rose 12 %", "fell by about 12 %") or after ("12 % higher")."""
    mention = scan.mentions[index]
    for one in scan.mentions:
        if one.kind != "direction" or one.word == "flat":
            continue
        if start <= one.start < mention.start:
            between = scan.text[one.end : mention.start]
            if re.fullmatch(
                _BETWEEN,
                between,
                re.IGNORECASE,
            ):
                return True
        elif one.start >= mention.end and re.fullmatch(
            r"\s*(?:más\s+|de\s+)?", scan.text[mention.end : one.start], re.IGNORECASE
        ):
            return True
    return False


def _noun(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> str:
    """The class of the nearest noun of the clause, before the claim if there is one."""
    before, after = ("", -1), ("", len(scan.text) + 1)
    for kind, pattern in words.kinds.items():
        if kind in {"series", "data"}:
            continue
        for match in pattern.finditer(scan.text, start, end):
            if match.end() <= mention.start and match.end() > before[1]:
                before = (kind, match.end())
            elif match.start() >= mention.start and match.start() < after[1]:
                after = (kind, match.start())
    apposed = start and mention.kind == "quantity" and _APPOSED.fullmatch(scan.text, start, mention.start)
    if not before[0] and not after[0] and start and (apposed or _leads(scan, start)):
        return _noun(scan, mention, words, 0, start)  # "Over the whole range, …"
    return before[0] or after[0]


def _period(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> str:
    """What the sentence compares with: as named in the clause after the claim, else anywhere; longer names first."""
    best: tuple[bool, bool, int] | None = None
    found = ""
    for note, pattern in words.periods.items():
        for match in pattern.finditer(scan.text):
            if _COMPARED.search(scan.text, max(0, match.start() - _COMPARED_REACH), match.start()) is None:
                continue
            inside = start <= match.start() < end
            rank = (not inside, match.start() < mention.start, -match.end() + match.start())
            if best is None or rank < best:
                best, found = rank, note
    return found


def _leads(scan: Scan, start: int) -> bool:
    """Whether what stands before a clause is only its setting: short, and without a figure of its own."""
    return start < _SETTING and not any(one.start < start and one.kind != "series" for one in scan.mentions)


def _direction(scan: Scan, index: int, start: int, end: int) -> int | None:
    """The direction told of a number: right after it, else the last before it in its clause."""
    mention = scan.mentions[index]
    if mention.kind == "direction":
        return _told(mention)
    inside = [one for one in scan.mentions if one.kind == "direction" and start <= one.start < end]
    for one in inside:
        if one.start >= mention.end and re.fullmatch(
            r"\s*(?:más\s+|de\s+)?", scan.text[mention.end : one.start], re.IGNORECASE
        ):
            return _told(one)
    before = [one for one in inside if one.end <= mention.start]
    return _told(before[-1]) if before else None


def _told(mention: Mention) -> int | None:
    return None if mention.negated else int(mention.value)

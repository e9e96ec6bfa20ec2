"""What a number or a moment is, by the words beside it: a mean, what was expected, how long, since when."""

from __future__ import annotations

import re

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import READINGS, Scan
from sereno.explain.verify.units import PERCENT

_AFTER = re.compile(
    r"\s*(?:"
    r"(?P<ratio_of>of (?:the |its )?(?:expected|usual|normal|mean|average|median|maximum|minimum|last|current|previous)"
    r"|of \x01|de (?:lo|la|el) (?:esperad[oa]|habitual|normal|media|mediana|máximo)|del (?:valor|máximo|mínimo))"
    r"|\(?(?:of\s+|de\s+)?(?:(?P<mean>on average|de media|en promedio|mean|average)"
    r"|(?P<median>(?:at\s+the\s+|in\s+the\s+)?median|(?:de\s+)?mediana)"
    r"|(?P<last>as (?:its |the )?last value|como último valor)|(?P<ended>at the (?:very )?end|al final|al cierre)"
    r"|(?P<first>at the (?:very )?(?:start|beginning)|al principio|al comienzo|al inicio)"
    r"|(?P<expected>was expected|were expected|(?:would (?:have been|be)|(?:is|was|were)) (?:normal|expected"
    r"|usual|typical)"
    r"|(?:habrían?|serían?)(?: sido)? (?:lo )?(?:normal|habitual|esperad[oa]s?)|expected|esperad[oa]s?"
    r"|se esperaban?|previst[oa]s? normalmente)"
    r"|(?P<total>in total|en total|altogether)"
    r"|(?P<share>(?:share\s+)?of (?:the total|all|the whole)|del total|del conjunto|de todas|de todos)"
    r"|(?P<std_count>standard deviations|sigmas|desviaciones (?:típicas|estándar))"
    r"|(?P<confidence>confidence|de confianza|confident|(?:confidence|prediction)\s+interval)"
    r"|(?P<said_before>earlier|antes|before)|(?P<said_after>later|después|más tarde|after|tras)"
    r"|(?P<lag>ahead|behind))(?!\w)(?!\s*[:=]\s*(?:\w+\s+(?:de\s+)?)?\x03|\s*\x03))",
    re.IGNORECASE,
)
_NAMES = (
    r"(?:(?P<mean>mean|average|media|promedio)|(?P<median>median|mediana)"
    r"|(?P<max>maximum|highest\s+value|peak|máximo|valor\s+más\s+alto|pico)"
    r"|(?P<min>minimum|lowest\s+value|mínimo|valor\s+más\s+bajo)"
    r"|(?P<last>last\s+value|latest\s+value|último\s+valor))"
)
_NAMED_AFTER = re.compile(
    r"\s*[,:(]\s*(?:(?:that|this|which|es\s+decir|eso|que)\s*,?\s*(?:is|was|es|fue)?\s*)?(?:its|the|su|la|el)\s+"
    rf"{_NAMES}\s*(?=[.,;:)]|$)",
    re.IGNORECASE,
)
_IS_NAMED = re.compile(
    rf"\s+(?:is|was|es|fue|era)\s+(?:(?:its|the|su|la|el)\s+|\W?\x01+\W?(?:['’]s)?\s+){_NAMES}"
    r"(?=\s*(?:[.,;:)]|$)|\s+(?:of|for|in|de|del|en)\s)",
    re.IGNORECASE,
)
"""Behind a figure: "is the maximum of db", "was db's mean"."""
_SHARE_OF = re.compile(
    r"\s*(?:of|de)\s+(?:all\s+|the\s+|its\s+|todas\s+|todos\s+|las\s+|los\s+|sus\s+|\x01+(?:['’]s?)?\s+)*"
    rf"(?:{READINGS})(?!\w)[^;,.\x03]{{0,60}}(?<!\w)(?:(?P<below>below|under|at\s+most|(?:less|lower)\s+than"
    r"|debajo\s+de|menos\s+de|inferior(?:es)?\s+a)|above|over|(?:more|longer|higher)\s+than|encima\s+de|más\s+de"
    r"|superior(?:es)?\s+a)\s+(?:the\s+|los\s+|las\s+)?",
    re.IGNORECASE,
)
"""Between a share and the percentile that it tells: "95 % of the values are below 3 s"."""
_HALF_OF = re.compile(
    r"(?<!\w)(?:half\s+of|la\s+mitad\s+de)\s+(?:all\s+|the\s+|las\s+|los\s+|its\s+|sus\s+)*"
    rf"(?:{READINGS})(?!\w)[^;,.\x03]{{0,80}}(?<!\w)(?:below|under|above|over|(?:more|less|longer)\s+than"
    r"|debajo\s+de|encima\s+de|(?:más|menos)\s+de)\s+$",
    re.IGNORECASE,
)
"""Before the median: "half of all readings are below …"."""
_AT_EXTREME = re.compile(
    r"(?<!\w)(?:(?P<peak>at\s+its\s+(?:peak|highest|maximum)|en\s+su\s+(?:pico|máximo|punto\s+más\s+alto))"
    r"|at\s+its\s+(?:lowest|minimum)|en\s+su\s+(?:mínimo|punto\s+más\s+bajo))(?!\w)[^;.\x03]*$",
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
_PERCENTILE = re.compile(
    r"(?<!\w)(?:p(?P<a>\d{2})|(?P<b>\d{2})th\s+percentile|percentil\s+(?P<c>\d{2}))(?!\w)"
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
_BETWEEN = (
    r"\s*(?:in\s+)?(?:by|un|en un|en|por|of|de|del|about|around|almost|nearly|unos|unas|casi|alrededor de|cerca de"
    r"|approximately|roughly|aproximadamente|over|more than|más de|just over|\s)*\s*"
)
_HEDGED = (
    r"(?:(?:about|around|roughly|nearly|almost|approximately|some|just\s+over|just\s+under|unos|unas|casi|cerca\s+de"
    r"|alrededor\s+de|aproximadamente|más\s+de|menos\s+de)\s+)?"
)
_LEADING = re.compile(
    r"\W*(?:(?P<mean>on\s+average|averaged?\s+over\s+the\s+chart|de\s+media|en\s+promedio|por\s+término\s+medio)"
    r"|(?P<median>at\s+the\s+median|in\s+the\s+median|en\s+la\s+mediana)|(?P<total>in\s+total|en\s+total))\s*,",
    re.IGNORECASE,
)
"""Before the first figure of a sentence, in a clause of its own: "On average, it stood at 3 s"."""
_FROM_TO = re.compile(rf"\s*(?:[-–—]|to|and|a|y|e|hasta)\s*{_HEDGED}", re.IGNORECASE)
_ENDS_HEDGED = re.compile(rf"(?<=\s){_HEDGED}$", re.IGNORECASE)
_FROM = re.compile(
    rf"(?<!\w)(?<!alrededor )(?<!cerca )(?<!más )(?<!menos )(?:from|de|desde|del)\s+{_HEDGED}$", re.IGNORECASE
)
_TO_END = re.compile(
    r"\x03\s*(?:at\s+the\s+(?:very\s+)?(?:start|beginning)|al\s+(?:principio|comienzo|inicio))\s*,?\s+(?:to|a|hasta)\s+$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s(?:to|a|hasta)\s", re.IGNORECASE)
_TAIL = re.compile(
    rf"(?<!\w)(?P<to>to|up to|reached|alcanzó|llegó a|a|hasta)\s+{_HEDGED}$|(?<!\w)(?P<by>by|un|en un|por"
    rf"|del)\s+{_HEDGED}$"
    rf"|(?<!\w)at\s+{_HEDGED}$",
    re.IGNORECASE,
)
_BEFORE_MOMENT = re.compile(
    r"(?<!\w)(?:before|prior\s+to|antes\s+del?)\s+(?:\w+\s+){0,3}\x02+[^;:.\x02\x03]{0,60}$", re.IGNORECASE
)
"""Before the figure that was there until a moment: "before 14:05 it was at …"."""


def role_of(scan: Scan, index: int, words: Lexicon, start: int, end: int) -> str:
    """What a number is, as a class of `lexicon.Lexicon.roles`; "" where nothing says so."""
    mention = scan.mentions[index]
    named = apposed_after(scan, mention)
    if named:
        return named
    told = _IS_NAMED.match(scan.text, mention.end)
    if told is not None:
        return told.lastgroup or ""
    quantile = _quantile(scan, index)
    if quantile:
        return quantile
    bracketed = scan.text[mention.end :].lstrip()[:1] == "("  # "3.2 s (median)"
    after = _AFTER.match(scan.text, mention.end, len(scan.text) if bracketed else max(end, mention.end))
    said = "" if after is None else after.lastgroup or ""
    if said in {"ended", "last", "first"} and _TO_END.search(scan.text, start, mention.start):
        return "to"  # "from 3 s at the start to 5 s at the end": a line's ends
    if said and (said != "ratio_of" or is_percent(mention)):
        return said
    previous = [one.end for one in scan.mentions[:index] if one.kind in {"quantity", "count", "ratio"}]
    pair = previous and _FROM_TO.fullmatch(scan.text[previous[-1] : mention.start])
    apposed = _APPOSED_ROLE.fullmatch(scan.text, start, mention.start) is not None  # "its lowest value, 1.2 s,"
    low = max([0 if apposed else start, *previous])
    before = _ENDS_HEDGED.sub("", _NAME.sub("\x01", scan.text[low : mention.start]))[-_REACH:]
    if pair:
        if _said_from(scan, index):
            return "to"
        first = role_of(scan, _before(scan, index), words, start, end)
        # "by 12 s to 33 s": how far, and where to.
        return "to" if first == "change" and _TO.search(scan.text, previous[-1], mention.start) else first
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
        return f"p{percentile[-1]['a'] or percentile[-1]['b'] or percentile[-1]['c']}"
    if best:
        return best
    extreme = _AT_EXTREME.search(scan.text, previous[-1] if previous else 0, mention.start)
    if extreme is not None:
        return "peak" if extreme["peak"] else "min"
    if _BEFORE_MOMENT.search(scan.text, previous[-1] if previous else 0, mention.start):
        return "before"
    tail = _TAIL.search(before)
    if tail is not None and tail["to"]:
        return "to"
    if _beside_direction(scan, index, start) and (tail is None or tail["by"]):
        return "change"
    leading = None if previous else _LEADING.match(scan.text)
    return "" if leading is None else leading.lastgroup or ""


def apposed_after(scan: Scan, mention: Mention) -> str:
    """The role that words behind a number name it by: "3 s, its maximum"; "" where none do."""
    named = _NAMED_AFTER.match(scan.text, mention.end)
    if named is not None and named.lastgroup is not None:
        return named.lastgroup
    half = _HALF_OF.search(scan.text, 0, mention.start)
    return "median" if half is not None else ""


def _quantile(scan: Scan, index: int) -> str:
    """`quantile` for a share of the readings, the percentile's role for the figure that they lie below or above."""
    numbers = [i for i, one in enumerate(scan.mentions) if one.kind == "quantity"]
    place = numbers.index(index) if index in numbers else 0
    for first, second, role in ((place, place + 1, "quantile"), (place - 1, place, "")):
        if first < 0 or second >= len(numbers):
            continue
        share, figure = scan.mentions[numbers[first]], scan.mentions[numbers[second]]
        between = _SHARE_OF.fullmatch(scan.text, share.end, figure.start)
        if between is None or not is_percent(share):
            continue
        percent = share.readings[0].value if between["below"] else 100 - share.readings[0].value
        return role or ("median" if percent == 50 else f"p{percent:02.10g}")
    return ""


def is_percent(mention: Mention) -> bool:
    """Whether a number is written in percent."""
    return any(one.unit is not None and one.unit.dimension == PERCENT for one in mention.readings)


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
    return _FROM.search(head) is not None


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


def moment_role(scan: Scan, mention: Mention) -> str:
    """What a moment is said to be: when it began, when it ended, wrongly how long it took; "" where nothing says so."""
    before = scan.text[: mention.start]
    if re.search(r"(?:first time|primera vez)", before, re.IGNORECASE):
        return "first"
    found = _MOMENT_ROLE.search(before)
    return "" if found is None or found.lastgroup is None else found.lastgroup

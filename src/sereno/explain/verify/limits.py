"""What a sentence limits a figure to: a part of the chart, what followed an event, what is only possible or denied.

A figure is of the whole chart, or of the thing that its fact is of. Words that tell it of anything else ("at night",
"after the deploy", "could reach", "the daily mean") leave it to the facts of just that, and to none where there are
none: a figure that is true of the whole is not known to be true of a part.
"""

from __future__ import annotations

import re
from functools import cache

import msgspec

from sereno.explain.fact import Fact
from sereno.explain.verify.compatible import NOUNS
from sereno.explain.verify.headword import is_unread
from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.period import periods
from sereno.explain.verify.scan import READINGS, Scan


class Limit(msgspec.Struct, frozen=True):
    """Facts that a figure may be of.

    Attributes:
        kinds: theirs. notes: theirs, any where empty.
    """

    kinds: frozenset[str] = frozenset()
    notes: frozenset[str] = frozenset()

    def allows(self, fact: Fact | None) -> bool:
        """Whether a figure may be of a fact; None is the sheet itself."""
        return fact is not None and fact.kind in self.kinds and (not self.notes or fact.note in self.notes)


NOTHING = Limit()
_PARTS = {
    "last_hour": Limit(
        frozenset({"comparison"}), frozenset({"previous_hour", "same_hour_yesterday", "same_hour_last_week"})
    ),
    "last_day": Limit(frozenset({"comparison"}), frozenset({"previous_day", "same_day_last_week"})),
    "last_week": Limit(frozenset({"comparison"}), frozenset({"previous_week"})),
    "last_half": Limit(frozenset({"comparison"}), frozenset({"halves"})),
    "part": NOTHING,
}
_LASTING = Limit(frozenset({"change_point", "flat", "comparison", "event"}))
_SAID_SO = frozenset({"expected", "usual", "forecast"})
"""Roles of figures that are not, but were expected or will be."""
_DENIED = frozenset({"threshold", "limit", "max", "min", "median", "expected", "duration", "lag", "period"})
"""Roles of figures that something may be denied to have crossed, or of how long it was denied."""
_WHOLE = re.compile(r"mean|median|min|max|total|share|p\d\d|")
"""Roles of figures that are told of a part as easily as of the whole."""
_NO_MORE = re.compile(r"(?<!\w)no\s+(?:more|less|fewer|más|menos)\s+(?:than|de|que)\s+$", re.IGNORECASE)
_OTHER = re.compile(
    r"\s+(?:[^\W\d]+\s+){0,3}?(?:than|above|below|behind|ahead\s+of|before|after|que|encima\s+de|debajo\s+de|antes\s+que"
    r"|después\s+de)\s+(?:the\s+|that\s+of\s+|la\s+|el\s+|de\s+)*\W?\x01",
    re.IGNORECASE,
)
"""Behind a figure: another series that it is told against."""
_TWO = Limit(frozenset({"lead_lag", "correlation", "composition"}))
_THAN = re.compile(r"\s*(?:of\s+(?:the\s+)?\w+\s+)?(?:than|que)(?!\w)", re.IGNORECASE)
_LEVELS = frozenset({"", "mean", "median"})
_SLOWER = re.compile(
    r"(?<!\w)(?:(?:slower|faster|longer|shorter|quicker|cheaper|dearer)\s+than"
    r"|más\s+(?:lent|rápid|larg|cort|barat|car)[oa]s?\s+(?:que|de)|(?:short|off|late|out|away|missed)\s+by|al\s+cabo\s+de)"
    r"\s+(?:the\s+|los\s+|las\s+|about\s+|around\s+|roughly\s+|unos\s+|unas\s+)?$",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    rf"\x03+\s+(?:{READINGS})\s+(?:(?:are|were|lie|lay|están|estaban|quedan|quedaron)\s+)?(?:above|below|over|under|beyond"
    r"|(?:more|less)\s+than|(?:por\s+)?(?:encima|debajo)\s+de|(?:más|menos)\s+de|superior(?:es)?\s+a|inferior(?:es)?\s+a)"
    r"\s+$",
    re.IGNORECASE,
)
"""Before the figure that so many readings lie beyond, which is known of thresholds alone."""
_AT_LEAST = re.compile(
    r"\s+(?:at\s+(?:least|most|a\s+(?:minimum|maximum)|best|worst|(?:the\s+)?(?:earliest|latest))|or\s+(?:more|less)"
    r"|late|early|extra|left|short|off|each(?=\s*(?:[.,;:)]|$))|too\s+\w+|cada\s+un[oa]|tarde|de\s+(?:más|menos|retraso)"
    r"|como\s+(?:mínimo|máximo|mucho)|o\s+(?:más|menos)|al\s+menos)(?!\w)",
    re.IGNORECASE,
)
_EXTREME = frozenset({"min", "max", "peak"})
"""Roles of figures that were once; that they are so now is another claim."""
_AMONG = re.compile(r"(?<!\w)(?:of|among|across|than|de|entre|que)\s+$", re.IGNORECASE)
_NUMERIC = frozenset({"quantity", "count", "ratio"})


def limit_of(scan: Scan, mention: Mention, words: Lexicon, clause: tuple[int, int], role: str) -> Limit | None:
    """What a figure is limited to, None where nothing limits it.

    Args:
        scan: the sentence.
        mention: the figure.
        words: of its language.
        clause: where its clause begins and ends.
        role: what the figure is, as `context.Context.role`.
    """
    start, end = _window(scan, mention, clause, words)
    before, after = scan.text[start : mention.start], scan.text[mention.end : end]
    found = words.limits
    limit = _part(scan, words, start, end)
    if limit is not None:
        return limit
    if any(found[name].search(scan.text, start, end) for name in ("adjective", "between")):
        return NOTHING
    if any(_THAN.match(scan.text, last) for _, first, last, _ in periods(scan.text, words.languages) if first >= start):
        return NOTHING  # "higher in the first half than …": the other way round than facts tell it
    if _OTHER.match(after):  # how one series is to another is told by facts of both alone
        return _TWO
    if role in _LEVELS and (_SLOWER.search(before) or _AT_LEAST.match(after)):
        return NOTHING  # a level is no bound, and no distance
    if role in _LEVELS and _COUNTED.search(before):
        return Limit(frozenset({"threshold"}))
    if role in {"mean", "median"} and found["several"].search(before):
        return NOTHING
    if role in _EXTREME and found["now"].search(scan.text, start, end):
        return NOTHING
    if role not in _SAID_SO and _nearly(found["possible"]).search(before):
        return NOTHING
    if role not in _DENIED and _nearly(found["denied"]).search(before) and not _NO_MORE.search(before):
        return NOTHING
    if any(_is_subject(found[name], scan.text, start, end) for name in ("always", "everything")):
        return NOTHING
    if _base(found["base"]).match(after):
        return NOTHING
    if found["lasting"].search(scan.text, start, end):
        return _LASTING
    if is_unread(scan, mention, words, start):
        return NOTHING
    return _around(scan, words, start, end) if _WHOLE.fullmatch(role) else None


def _is_subject(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Whether something is told of all: "all values are", not "of all values, 5 s is the highest"."""
    return any(not _AMONG.search(text, start, one.start()) for one in pattern.finditer(text, start, end))


def _window(scan: Scan, mention: Mention, clause: tuple[int, int], words: Lexicon) -> tuple[int, int]:
    """The clause with what sets its scene: what stands before it without a figure, and an adverbial behind it."""
    start, end = clause
    # "Without gaps" counts none, and is no figure of its own.
    numbers = [
        one
        for one in scan.mentions
        if one.kind in _NUMERIC and (one.kind != "count" or "\x03" in scan.text[one.start : one.end])
    ]
    start = max((one.end for one in numbers if one.end <= start), default=0)
    later = min((one.start for one in numbers if one.start >= end), default=len(scan.text))
    if words.limits["adverbial"].match(scan.text, end) and mention.end <= end:
        end = later
    return start, end


def _part(scan: Scan, words: Lexicon, start: int, end: int) -> Limit | None:
    told = [(first, last) for _, first, last, _ in periods(scan.text, words.languages)]
    for name, limit in _PARTS.items():
        for match in words.limits[name].finditer(scan.text, start, end):
            if not any(first < match.end() and match.start() < last for first, last in told):
                return limit
    return None


def _around(scan: Scan, words: Lexicon, start: int, end: int) -> Limit | None:
    """What "after the deploy", "without its outliers" leave: facts of that kind, or none."""
    for kind, pattern in words.kinds.items():
        if kind in {"series", "data", "trend", "threshold", "range", "comparison", "forecast", "correlation"}:
            continue
        for match in _beside(words.limits["around"], pattern).finditer(scan.text, start, end):
            without = words.limits["without"].match(match.group())
            return NOTHING if without else Limit(frozenset(NOUNS.get(kind, frozenset({kind}))))
    return None


@cache
def _nearly(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """A word, and no more than three others to the end."""
    return re.compile(rf"(?:{pattern.pattern})\s+(?:[^\W\d]+\s+){{0,3}}$", re.IGNORECASE)


@cache
def _base(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """What a figure is said to be above or below of, right behind it."""
    return re.compile(
        r"\s+(?:above|below|over|under|(?:higher|lower|more|less)\s+than|(?:por\s+)?(?:encima|debajo)\s+del?"
        rf"|(?:superior|inferior)(?:es)?\s+al?|m[áe]n?[so]s?\s+que)\s+(?:its|the|su|la|el|lo)?\s*(?:{pattern.pattern})",
        re.IGNORECASE,
    )


@cache
def _beside(around: re.Pattern[str], kind: re.Pattern[str]) -> re.Pattern[str]:
    """A word such as "after", and a thing that it is told of."""
    return re.compile(rf"(?:{around.pattern})\s+(?:[^\W\d]+\s+){{0,2}}(?:{kind.pattern})", re.IGNORECASE)

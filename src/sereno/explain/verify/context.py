"""What the words around a claim say of it: which series, which role, what kind of thing, which direction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from sereno.explain.verify.lexicon import Lexicon, lexicon
from sereno.explain.verify.limits import Limit, limit_of
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.period import period_of
from sereno.explain.verify.role import apposed_after, is_percent, moment_role, role_of
from sereno.explain.verify.scan import Scan
from sereno.explain.verify.superlative import is_largest, most_of, superlative_of

_BREAK = re.compile(r"[;()—]|(?<!después)(?<!entonces)(?<!afterwards)(?<!luego),(?=\s)|[.](?=\s)", re.IGNORECASE)
_DIRECTLY = re.compile(
    r"[\s\x01]*(?:of|in|for|on|from|de|del|en|para)\s+(?:the\s+|la\s+|el\s+|los\s+|las\s+)?[\"'`«“]?(?=\x01)",
    re.IGNORECASE,
)
_APPOSED = re.compile(
    r"[\s\x01]*(?:(?:at|with|con|a|de)\s+(?:an?|una?)\s+(?:mean|average|media|promedio)\s+(?:of|de)"
    r"|at|with|of|en|con|de|a|(?:which|that|que)\s+(?:is|was|are|were|es|fue|son))?[\s\x01]*"
    r"(?:(?:about|around|roughly|nearly|almost|approximately|some|unos|unas|casi|cerca\s+de|alrededor\s+de"
    r"|aproximadamente)\s+)?",
    re.IGNORECASE,
)
_SHARE_OF = re.compile(
    r"\s+(?:of|del?)\s+(?:(?:(?:the|la|el)\s+)?(?:total|sum|suma)\s+(?:of|del?)\s+)?(?:the\s+|la\s+|el\s+)?[\"'`«“]?(?=\x01)",
    re.IGNORECASE,
)
_OF_BEFORE = re.compile(r"(?<!\w)(?:of|del?)\s+(?:the\s+|la\s+|el\s+)?[\"'`«“]?$", re.IGNORECASE)
_OF_REACH = 16
"""Characters before a name in which it may be told that something is of it."""
_ARTICLE = re.compile(r"\s*(?:an?|una?)\s+(?:\w+\s+)?", re.IGNORECASE)
_SETTING = 60
"""Characters of a clause that only sets the scene."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is said beside a claim.

    Attributes:
        clause: where the clause begins and ends.
        series: names it is about; none where the sentence names none.
        role: what the number is ("" where nothing says so).
        noun: the class of thing that the clause is about ("" where nothing says so).
        led: whether that noun stands before the claim.
        direction: +1, −1, 0 (said to be flat), None where no direction is told of it.
        named: whether this sentence names the series, not one before it.
        period: what it is compared with, as notes of comparisons say it ("" where nothing says so).
        then: whether its clause tells what was in that period.
        superlative: +1 (−1) where it is said to be the highest (lowest) of all series.
        limit: facts that it may be of, where words leave it to some; None where any will do.
        expects: whether its sentence speaks of what is expected or usual.
        most: +1 (−1) where its clause speaks of what is most (least).
        largest: whether it is told of the largest thing that its noun names.
        exact: whether it is a bound that words behind it name: "never above 3 s, its maximum".
    """

    clause: tuple[int, int]
    series: tuple[str, ...]
    role: str
    noun: str
    direction: int | None
    led: bool = False
    named: bool = True
    period: str = ""
    then: bool = False
    superlative: int = 0
    exact: bool = False
    expects: bool = False
    most: int = 0
    largest: bool = False
    limit: Limit | None = None


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
    role = role_of(scan, index, words, start, end) if mention.kind in {"quantity", "ratio"} else ""
    if mention.kind == "moment":
        role = moment_role(scan, mention)
    noun, led = _noun(scan, mention, words, start, end)
    if role in {"mean", "median"} and (noun == "forecast" or not noun):
        # "It is forecast to have a mean of 3, with a median of 4": both are said to be still to come.
        noun = "forecast" if words.kinds["forecast"].search(scan.text, 0, mention.start) else ""
    if role == "duration" and not noun and start == 0:
        noun, led = _noun(scan, mention, words, 0, len(scan.text))  # "For 20 minutes, it was anomalous"
    period, then = period_of(scan, mention, words, start, end)
    exact = mention.kind == "quantity" and apposed_after(scan, mention) != ""
    limited = mention.kind in {"quantity", "ratio"} and not exact
    return Context(
        clause=(start, end),
        series=series or subject,
        role=role,
        noun=noun,
        led=led,
        direction=_direction(scan, index, start, end),
        named=bool(series),
        period=period,
        then=then,
        superlative=superlative_of(scan.text),
        exact=exact,
        expects=any(words.roles[one].search(scan.text) for one in ("expected", "usual")),
        most=most_of(scan.text, start, end),
        largest=noun in words.kinds and is_largest(scan.text, words.kinds[noun], start, end),
        limit=limit_of(scan, mention, words, (start, end), role) if limited else None,
    )


def _series(scan: Scan, index: int, start: int, end: int) -> tuple[str, ...]:
    """The names that a claim is about: bound to it ("9 s in B"), else the nearest before it, else the nearest after."""
    mention = scan.mentions[index]
    names = [one for one in scan.mentions if one.kind == "series"]
    if mention.kind == "series":
        return (mention.word,)
    whole = _SHARE_OF.match(scan.text, mention.end) if is_percent(mention) else None
    bound = whole or _DIRECTLY.match(scan.text, mention.end)
    if bound is not None:
        following = [one for one in names if bound.end() <= one.start <= bound.end() + 1]
        if following:
            part = () if whole is None else _part(scan, names, mention, end, following[0])
            return (*part, *_group(scan, names, following[0]))
    before = [one for one in names if one.end <= mention.start]
    inside = [one for one in before if one.start >= start]
    after = [one for one in names if mention.end <= one.start < end]
    if inside:
        return (*_part_of(scan, names, end, inside[-1]), *_group(scan, names, inside[-1]))
    if after:
        return _group(scan, names, after[0])
    if before:
        return (*_part_of(scan, names, end, before[-1]), *_group(scan, names, before[-1]))
    later = [one for one in names if one.start >= mention.end]
    return _group(scan, names, later[0]) if later else ()


def _part(scan: Scan, names: list[Mention], mention: Mention, end: int, whole: Mention) -> tuple[str, ...]:
    """What has a share of a whole that is named behind it: "A makes up 10 % of B and 7 % of C", "10 % of B is A"."""
    before = [
        one
        for one in names
        if one.end <= mention.start and not _OF_BEFORE.search(scan.text[max(0, one.start - _OF_REACH) : one.start])
    ]
    after = [one for one in names if whole.end <= one.start < end]
    own = before[-1] if before else after[0] if after else None
    return () if own is None or own.word == whole.word else (own.word,)


def _part_of(scan: Scan, names: list[Mention], end: int, whole: Mention) -> tuple[str, ...]:
    """What a figure behind a whole is of, where a share of that whole was told: "A makes up 10 % of B, with 3 s"."""
    for one in scan.mentions:
        if one.kind == "quantity" and one.end < whole.start and is_percent(one):
            match = _SHARE_OF.match(scan.text, one.end)
            if match is not None and match.end() == whole.start:
                return _part(scan, names, one, end, whole)
    return ()


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


@lru_cache(maxsize=4)
def _nouns(text: str, languages: tuple[str, ...]) -> tuple[tuple[str, int, int], ...]:
    """Every noun of a sentence that says what is told of: its class, start and end; looked for once a sentence."""
    return tuple(
        (kind, *match.span())
        for kind, pattern in lexicon(languages[0] if len(languages) == 1 else "*").kinds.items()
        if kind not in {"series", "data"}
        for match in pattern.finditer(text)
    )


def _noun(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> tuple[str, bool]:
    """The class of the nearest noun of the clause, before the claim if there is one; and whether it is before."""
    before, after = ("", -1), ("", len(scan.text) + 1)
    for kind, first, last in _nouns(scan.text, words.languages):
        if first < start or last > end:
            continue
        if last <= mention.start and last > before[1]:
            before = (kind, last)
        elif first >= mention.start and first < after[1]:
            after = (kind, first)
    apposed = start and mention.kind == "quantity" and _APPOSED.fullmatch(scan.text, start, mention.start)
    if not before[0] and not after[0] and start and (apposed or _leads(scan, start)):
        return _noun(scan, mention, words, 0, start)  # "Over the whole range, …"
    if not before[0] and not after[0] and end < len(scan.text):
        for kind, first, _ in _nouns(scan.text, words.languages):
            if first >= end and _ARTICLE.fullmatch(scan.text, end, first):
                return kind, False  # "It fell by 3 s, a change of level"
    return before[0] or after[0], bool(before[0])


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

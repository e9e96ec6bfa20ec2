"""Names of series in a text: as the chart has them, and the shorter ways in which people say them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec

from sereno.explain.fact import FactSheet
from sereno.explain.verify.lexicon import lexicon

_LABEL = re.compile(r'=~?\s*"([^"]*)"')
_LEAST = 3
"""Characters of a shorter way to say a name; less would be found in any text."""
_MOST = 200
"""Aliases that are looked for; a chart of hundreds of series is told by whole names."""
_SMALL = frozenset(
    {
        *(
            "a",
            "al",
            "antes",
            "ahora",
            "con",
            "de",
            "del",
            "e",
            "el",
            "en",
            "es",
            "ha",
            "hay",
            "la",
            "las",
            "lo",
            "los",
        ),
        *("más", "no", "o", "para", "por", "que", "se", "si", "sin", "su", "sus", "u", "un", "una", "y", "ya"),
        *("an", "and", "are", "as", "at", "be", "before", "by", "for", "from", "in", "is", "it", "its", "not", "now"),
        *("of", "on", "or", "so", "than", "that", "the", "then", "to", "up", "was", "were", "with"),
    }
)
"""Words that hold sentences together, of which some are names too: countries ("de", "it"), columns ("Now")."""
_LEADS = re.compile(r"(?<!\w)(?:of|for|in|de|del|para|en|entre|between)\s+$", re.IGNORECASE)
_STARTS = frozenset(".:;,(|—–")
_ENDS = re.compile(
    r"\s*(?:[.,:;)!?%|]|$|(?:is|was|has|had|makes|accounts|represents|es|fue|era|tiene|tuvo|supone|representa)(?!\w))",
    re.IGNORECASE,
)
_OF_FIGURE = re.compile(r"\s+(?:of|de)\s+[~≈]?\d")
_ITS = re.compile(r"(?<!\w)(?:an?|its|una?|su)\s+(?:new\s+|nuevo\s+)?$", re.IGNORECASE)
_BACK = 40
"""Characters before a word by which it is told whether it is a name."""
_QUOTES = "\"'`«“"


class Names(msgspec.Struct, frozen=True):
    """What finds names.

    Attributes:
        pattern: any name or alias. canonical: folded alias → name of the series.
        other: titles and names of events, which claim nothing but may hold digits; None where there are none.
    """

    pattern: re.Pattern[str] | None
    canonical: dict[str, str]
    other: re.Pattern[str] | None


def names_of(sheet: FactSheet) -> Names:
    """The names that texts about a sheet may use."""
    series = dict.fromkeys(sheet.series)
    others = {sheet.title: None} if len(sheet.title) >= _LEAST else {}
    for fact in sheet.facts:
        if len(fact.label) >= _LEAST:
            others[fact.label] = None
        series |= dict.fromkeys(fact.series)
    aliases = Counter(alias for name in series for alias in set(_aliases(name)))
    canonical = {name: name for name in series if name.strip()}
    folded = {name.casefold() for name in canonical}
    if len(series) <= _MOST:
        for name in series:
            for alias in _aliases(name):
                if aliases[alias] == 1 and alias.casefold() not in folded:
                    canonical[alias] = name
    found = {(name if len(name) < _LEAST else name.casefold()): to for name, to in canonical.items()}
    # Without a number a label claims nothing, and may be a word that says what a number is: "limit".
    numbers = lexicon("*").numbers
    digits = [
        name
        for name in others
        if name not in series
        and (any(c.isdigit() for c in name) or any(word in numbers for word in name.casefold().split()[1:]))
    ]
    return Names(_pattern(list(canonical)), found, _pattern(digits))


def find_names(text: str, names: Names) -> Iterator[tuple[int, int, str]]:
    """Every name of a series in a text: (start, end, name as the chart has it)."""
    if names.pattern is None:
        return
    for match in names.pattern.finditer(text):
        word = match.group()
        canonical = names.canonical.get(word) or names.canonical.get(word.casefold())
        if canonical is not None and _is_name(text, match, canonical):
            yield match.start(), match.end(), canonical


def _is_name(text: str, match: re.Match[str], canonical: str) -> bool:
    """Whether a word that is a name stands as one: not as a preposition, not as in "a high of 5 s"."""
    word, start, end = match.group(), match.start(), match.end()
    before = text[max(0, start - _BACK) : start]
    if start and text[start - 1] in _QUOTES:
        return True
    if word.isalpha() and _OF_FIGURE.match(text, end) and _ITS.search(before):
        return False
    if word.casefold() not in _SMALL:
        return True
    if word != canonical:
        return False  # "now" is no column "Now"
    starts = before.strip() == "" or before.rstrip()[-1] in _STARTS
    return starts or _LEADS.search(before) is not None or _ENDS.match(text, end) is not None


def unnamed(text: str, names: Names) -> str:
    """A text without the names of series, whose digits are no numbers."""
    return text if names.pattern is None else names.pattern.sub(" ", text)


def _aliases(name: str) -> Iterator[str]:
    spaced = name.replace("_", " ").strip()
    if spaced != name and len(spaced) >= _LEAST:
        yield spaced
    for value in _LABEL.findall(name):
        if len(value) >= _LEAST and any(c.isalpha() for c in value):
            yield value


def _pattern(names: list[str]) -> re.Pattern[str] | None:
    parts = []
    for name in sorted(names, key=len, reverse=True):
        body = re.escape(name)
        left = r"(?<!\w)" if name[0].isalnum() else ""
        right = r"(?!\w)" if name[-1].isalnum() else ""
        parts.append(f"{left}{body}{right}" if len(name) < _LEAST else f"(?i:{left}{body}{right})")
    return re.compile("|".join(parts)) if parts else None

"""Whether what a figure is said to be is a word that nothing here reads: "the variance of the api is 3 s".

Such a figure is not what a fact tells, whatever its value: the word for it claims something that is not checked.
"""

from __future__ import annotations

import re
from functools import cache

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import Scan

_WORDS = r"(?P<head>(?:[^\W\d_][\w'’%-]*\s+){1,7}?)"
_COPULA = (
    r"(?:is|was|are|were|stood\s+at|stands\s+at|equals|came\s+to|comes\s+to|amounts\s+to|es|fue|era|son|eran|está"
    r"|estaba|estuvo|queda|asciende)"
)
_VERB = re.compile(rf"(?<!\w){_COPULA}(?!\w)", re.IGNORECASE)
_LINK = r"(?:(?:of|at|about|around|roughly|nearly|almost|de|en|a|unos|unas|casi|alrededor|cerca|aproximadamente)\s+)*"
_OF_NAME = re.compile(
    rf"(?<!\w)(?:the|its|la|el|su|los|las)\s+{_WORDS}(?:of|for|in|de|del|en|para)\s+(?:the\s+|la\s+|el\s+)?\W?\x01+\W?"
    rf"\s*(?:{_COPULA}|[:=,(])\s*{_LINK}$",
    re.IGNORECASE,
)
"""Before a figure: "the variance of db was"."""
_OF_FIGURE = re.compile(rf"(?<!\w)(?:an?|the|its|una?|la|el|su)\s+{_WORDS}(?:of|de|:|=)\s*{_LINK}$", re.IGNORECASE)
"""Before a figure: "db has a variance of"."""
_BEHIND_NAME = re.compile(rf"\x01(?:['’]s)?\s+{_WORDS}(?:{_COPULA}|:|=)\s*{_LINK}$", re.IGNORECASE)
"""Before a figure: "db's variance is"."""
_ITS_OF = re.compile(rf"\x01['’]s\s+{_WORDS}of\s*{_LINK}$", re.IGNORECASE)
"""Before a figure: "db's variance of"."""
_COPULA_AFTER = (
    r"(?:\s+(?:is|was|are|were|equals|es|fue|era|son|eran)\s+|\s*,\s*|\s*\(\s*)(?:(?:the|its|la|el|su|los|las)\s+)?"
)
_AFTER_OF_NAME = re.compile(
    rf"{_COPULA_AFTER}(?!(?:the|its|la|el|su|los|las|that|de)\s)(?P<head>(?:[^\W\d_][\w'’%-]*\s+){{1,5}}?)"
    r"(?:of|for|in|de|del|en|para)\s+(?:the\s+|la\s+|el\s+)?\W?\x01",
    re.IGNORECASE,
)
"""Behind a figure: "is the variance of db", ", the variance of db"."""
_AFTER_NAME = re.compile(
    r"\s+(?:is|was|are|were)\s+\W?\x01+\W?(?:['’]s)?\s+(?P<head>(?:[^\W\d_][\w'’%-]*(?:\s+|(?=[.,;:)]|$))){1,4}?)(?=[.,;:)]|$)",
    re.IGNORECASE,
)
"""Behind a figure: "is db's variance"."""
_IN_BRACKETS = re.compile(
    r"\s*\(\s*(?:(?:the|its|an?|la|el|su|una?)\s+)?(?P<head>(?:[^\W\d_][\w'’%-]*(?:\s+|(?=\)))){1,3})\)", re.IGNORECASE
)
"""Behind a figure: "(variance)"."""
_OF = re.compile(r"\s(?:of|for|in|de|del|en|para)(?:\s|$)", re.IGNORECASE)
_ARTICLES = re.compile(r"^(?:(?:the|its|an?|la|el|su|los|las|una?)\s+)+", re.IGNORECASE)
_PERCENTILE = re.compile(r"p\d\d?|percentiles?|percentil(?:es)?", re.IGNORECASE)


def is_unread(scan: Scan, mention: Mention, words: Lexicon, start: int) -> bool:
    """Whether a figure is said to be something that no word of the lexicon names.

    Args:
        scan: the sentence.
        mention: the figure.
        words: of its language.
        start: where what is said of it begins.
    """
    before = scan.text[start : mention.start]
    for pattern in (_OF_NAME, _OF_FIGURE, _BEHIND_NAME, _ITS_OF):
        match = pattern.search(before)
        if match is not None and not _VERB.search(match["head"]) and not _is_read(match["head"].strip(), words):
            return True
    for pattern in (_AFTER_OF_NAME, _AFTER_NAME, _IN_BRACKETS):
        match = pattern.match(scan.text, mention.end)
        if match is not None and not _VERB.search(match["head"]) and not _is_read(match["head"].strip(), words):
            return True
    return False


def _is_read(head: str, words: Lexicon) -> bool:
    """Whether the word that a noun phrase is of is one that says what a figure is, or says nothing of it."""
    nouns = _OF.split(_ARTICLES.sub("", head))[0].split() or [head]
    # The noun is last in English ("mean absolute error"), first in Spanish ("error absoluto medio").
    own = {nouns[-1]} if words.languages == ("en",) else {nouns[0]} if words.languages == ("es",) else set(nouns)
    known = _known(words.languages, words)
    return any(_PERCENTILE.fullmatch(one) or known.search(f"{one} of") or known.search(f"{one} de") for one in own)


@cache
def _patterns(languages: tuple[str, ...], parts: tuple[str, ...]) -> re.Pattern[str]:
    del languages
    return re.compile("|".join(f"(?:{part})" for part in parts), re.IGNORECASE)


def _known(languages: tuple[str, ...], words: Lexicon) -> re.Pattern[str]:
    tables = (words.roles, words.kinds, words.directions, words.periods, words.hedges)
    parts = tuple(pattern.pattern for table in tables for pattern in table.values())
    return _patterns(languages, (*parts, words.limits["neutral"].pattern))

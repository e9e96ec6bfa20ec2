"""The words that claim something of a chart, by language: tables under `words/`, compiled to regular expressions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import msgspec

LANGUAGES = ("en", "es")
Words = Mapping[str, tuple[str, ...]]


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one language, or of all of them together.

    Attributes:
        languages: whose words these are.
        numbers, ordinals, multipliers, ratios: word → value.
        directions, hedges, roles, kinds, periods, limits: class → pattern of its words.
        time: months, days and what tells relative times: lists of words.
        grammar: small words by what they do: pattern of each.
        comma_decimal: whether 1,5 is one and a half in this language.
    """

    languages: tuple[str, ...]
    numbers: Mapping[str, float]
    ordinals: Mapping[str, float]
    multipliers: Mapping[str, float]
    ratios: Mapping[str, float]
    directions: Mapping[str, re.Pattern[str]]
    hedges: Mapping[str, re.Pattern[str]]
    roles: Mapping[str, re.Pattern[str]]
    kinds: Mapping[str, re.Pattern[str]]
    periods: Mapping[str, re.Pattern[str]]
    limits: Mapping[str, re.Pattern[str]]
    time: Words
    grammar: Mapping[str, re.Pattern[str]]
    comma_decimal: bool


def lexicon(language: str) -> Lexicon:
    """The words that a text in a language is read with.

    Args:
        language: a BCP 47 tag such as `es-ES`; a language without a table of its own is read with all tables.
    """
    first = language.lower().replace("_", "-").split("-")[0]
    return _lexicon((first,) if first in LANGUAGES else LANGUAGES)


@cache
def _lexicon(languages: tuple[str, ...]) -> Lexicon:
    tables = [tomllib.loads(files(__package__).joinpath(f"words/{name}.toml").read_text("utf-8")) for name in languages]

    def values(part: str) -> dict[str, float]:
        return {word: float(value) for table in tables for word, value in table[part].items()}

    def lists(part: str) -> dict[str, tuple[str, ...]]:
        merged: dict[str, tuple[str, ...]] = {}
        for table in tables:
            for name, words in table[part].items():
                merged[name] = (*merged.get(name, ()), *words)
        return merged

    def patterns(part: str) -> dict[str, re.Pattern[str]]:
        return {name: phrases(words) for name, words in lists(part).items()}

    return Lexicon(
        languages=languages,
        numbers=values("numbers"),
        ordinals=values("ordinals"),
        multipliers=values("multipliers"),
        ratios=values("ratios"),
        directions=patterns("directions"),
        hedges=patterns("hedges"),
        roles=patterns("roles"),
        kinds=patterns("kinds"),
        periods=patterns("periods"),
        limits=patterns("limits"),
        time=lists("time"),
        grammar=patterns("grammar"),
        comma_decimal=languages[0] == "es",
    )


def phrases(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of these phrases as whole words, the longest first; `*` is the rest of a word."""
    return _phrases(tuple(words))


@cache
def _phrases(words: tuple[str, ...]) -> re.Pattern[str]:
    parts = []
    for word in sorted(words, key=len, reverse=True):
        body = re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+")
        left = r"(?<!\w)" if word[0].isalnum() else ""
        right = r"(?!\w)" if word[-1].isalnum() else ""
        parts.append(left + body + right)
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)

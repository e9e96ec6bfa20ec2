"""What counts for which category, arranged so that a text is asked once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sereno.categories.category import MOST_CATEGORIES, MOST_RULES, OTHER, Category
from sereno.categories.folding import plain, words
from sereno.categories.hints import HINTS
from sereno.categories.pattern import Pattern, compile_pattern

WORD, FURTHER_WORD, PATTERN = 2, 1, 2
"""What a word weighs, each further word of a phrase, a pattern."""
MOST_PATTERNS = 16
"""Patterns that one category may have: each is a search of its own."""


class WordRule(NamedTuple):
    """A word or phrase that speaks for a category.

    Attributes:
        category: its number in the list.
        weight: what it counts in the body of a text.
        phrase: its words with a space around each, b"" for a single word.
        parts: its words.
        shown: as it was written.
    """

    category: int
    weight: int
    phrase: bytes
    parts: frozenset[bytes]
    shown: str


class PatternRule(NamedTuple):
    """A pattern that speaks for a category, and as it was written."""

    category: int
    pattern: Pattern
    shown: str


class Rules(NamedTuple):
    """The rules of a list of categories.

    Attributes:
        names: the categories in order, `other` last.
        general: numbers of those that are general.
        by_word: word rules by one of their words.
        vocabulary: every word of them.
        patterns: all patterns.
        by_hint: numbers of categories by hint.
    """

    names: tuple[str, ...]
    general: tuple[int, ...]
    by_word: dict[bytes, tuple[WordRule, ...]]
    vocabulary: frozenset[bytes]
    patterns: tuple[PatternRule, ...]
    by_hint: dict[str, tuple[int, ...]]


def compile_rules(categories: Sequence[Category]) -> Rules:
    """Arrange what speaks for each category.

    Raises:
        ValueError: names the category and the rule that is wrong, and what was expected.
    """
    names = (*(category.name for category in categories if category.name != OTHER), OTHER)
    if len(set(names)) != len(names):
        raise ValueError("two categories have one name")
    if len(names) > MOST_CATEGORIES:
        raise ValueError(f"there are {len(names)} categories with {OTHER!r}; expected at most {MOST_CATEGORIES}")
    by_word: dict[bytes, list[WordRule]] = {}
    by_hint: dict[str, list[int]] = {}
    patterns: list[PatternRule] = []
    for category in categories:
        if category.name == OTHER:
            if category.words or category.patterns:
                raise ValueError(f"{OTHER!r} is what nothing speaks for; it can have titles, but no words or patterns")
            continue
        if len(category.words) > MOST_RULES or len(category.patterns) > MOST_PATTERNS:
            limits = f"at most {MOST_RULES} words and {MOST_PATTERNS} patterns"
            raise ValueError(f"the category {category.name!r} has too many rules; expected {limits}")
        number = names.index(category.name)
        for shown in dict.fromkeys(category.words):
            if shown.startswith("@"):
                by_hint.setdefault(_hint(shown, category.name), []).append(number)
            else:
                key, rule = _word_rule(shown, category.name, number)
                by_word.setdefault(key, []).append(rule)
        patterns += [_pattern_rule(shown, category.name, number) for shown in dict.fromkeys(category.patterns)]
    return Rules(
        names,
        tuple(names.index(category.name) for category in categories if category.general),
        {word: tuple(rules) for word, rules in by_word.items()},
        frozenset(word for found in by_word.values() for rule in found for word in rule.parts),
        tuple(patterns),
        {hint: tuple(numbers) for hint, numbers in by_hint.items()},
    )


def _hint(shown: str, name: str) -> str:
    if shown not in HINTS:
        raise ValueError(f"the category {name!r} has the hint {shown!r}; expected one of {', '.join(HINTS)}")
    return shown


def _word_rule(shown: str, name: str, number: int) -> tuple[bytes, WordRule]:
    """The rule, and the word it is found by: the longest, which is the rarest."""
    folded = plain(shown)
    found = words(folded)
    if not found or (b"?" in folded and "?" not in shown):
        raise ValueError(f"the category {name!r} has the word {shown!r}; expected words in the Latin alphabet")
    phrase = b" %b " % b" ".join(found) if len(found) > 1 else b""
    return max(found, key=len), WordRule(
        number, WORD + FURTHER_WORD * (len(found) - 1), phrase, frozenset(found), shown
    )


def _pattern_rule(shown: str, name: str, number: int) -> PatternRule:
    try:
        return PatternRule(number, compile_pattern(shown), shown)
    except ValueError as error:
        raise ValueError(f"the category {name!r} has the pattern {shown!r}: {error}") from error

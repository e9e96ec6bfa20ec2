"""Which category a prompt is, and why.

Every rule that is found counts once. Where it stands decides how much: the first words of a prompt name the task most
often, the rest of its beginning and its end often, the middle is mostly material, which may add up to a bound. The
category with the highest sum wins, the earlier one of equals; without any evidence it is `other`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from sereno.categories.category import Category
from sereno.categories.folding import symbols
from sereno.categories.hints import HINTS
from sereno.categories.rules import PATTERN, Rules, compile_rules
from sereno.categories.text import EDGE_TIMES, LEAD_TIMES, Text

MOST_MATERIAL = 6
"""What words of the middle may add up to for one category."""
GENERAL_SHARE = 3
"""What the evidence for a general category is divided by (rounded up: it stays more than none)."""
SHOWN_EVIDENCE, SHOWN_CHARACTERS = 12, 80


class Evidence(msgspec.Struct, frozen=True):
    """One rule that was found: as it was written, the text it was found in, and what it counted."""

    rule: str
    text: str
    weight: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """A category and why.

    Attributes:
        category: its name.
        evidence: what spoke for it, the strongest first; at most `SHOWN_EVIDENCE` rules, texts cut.
        scores: the sum of every category that anything spoke for, the highest first.
    """

    category: str
    evidence: tuple[Evidence, ...]
    scores: tuple[tuple[str, int], ...]


class Categoriser:
    """Decides among categories.

    Args:
        categories: in the order in which equals are decided; `other` need not be among them.

    Raises:
        ValueError: names the category and the rule that is wrong.
    """

    def __init__(self, categories: Sequence[Category]) -> None:
        self._rules: Rules = compile_rules(categories)
        self._categories = tuple(categories)

    @property
    def categories(self) -> Sequence[Category]:
        """What it decides among, in order."""
        return self._categories

    @property
    def names(self) -> tuple[str, ...]:
        """Every category that a verdict may name, `other` last."""
        return self._rules.names

    def name(self, text: str, hints: Iterable[str] = ()) -> str:
        """The category alone: what ingest asks, in microseconds."""
        scores = self._scores(Text(text), hints)
        best = max(scores)
        return self._rules.names[scores.index(best) if best else -1]

    def verdict(self, text: str, hints: Iterable[str] = ()) -> Verdict:
        """The category with its evidence.

        Args:
            text: the prompt.
            hints: see `hints.HINTS`.
        """
        read = Text(text)
        scores = self._scores(read, hints)
        best = max(scores)
        number = scores.index(best) if best else -1
        ranked = sorted((-score, at) for at, score in enumerate(scores) if score)
        return Verdict(
            category=self._rules.names[number],
            evidence=tuple(self._evidence(read, hints, number))[:SHOWN_EVIDENCE],
            scores=tuple((self._rules.names[at], -score) for score, at in ranked),
        )

    def _scores(self, text: Text, hints: Iterable[str]) -> list[int]:
        rules = self._rules
        scores, material = [0] * len(rules.names), [0] * len(rules.names)
        present = rules.vocabulary.intersection(text.words)
        lead, edges = text.lead, text.edges
        for word in present & rules.by_word.keys():
            stands = LEAD_TIMES if word in lead else EDGE_TIMES if word in edges else 1
            for category, weight, phrase, parts, _ in rules.by_word[word]:
                times = stands
                if phrase:
                    times = text.times_phrase(phrase, stands) if parts <= present else 0
                if times > 1:
                    scores[category] += times * weight
                else:
                    material[category] += times * weight
        folded, there = text.folded, symbols(text.folded)
        for category, pattern, _ in rules.patterns:
            if pattern.symbols <= there and pattern.found(folded):
                scores[category] += PATTERN
        for hint in hints:
            for number in rules.by_hint.get(hint, ()):
                scores[number] += HINTS[hint]
        sums = [score + min(extra, MOST_MATERIAL) for score, extra in zip(scores, material, strict=True)]
        for number in rules.general:
            sums[number] = -(-sums[number] // GENERAL_SHARE)
        return sums

    def _evidence(self, text: Text, hints: Iterable[str], number: int) -> list[Evidence]:
        """What spoke for one category."""
        rules = self._rules
        found = [Evidence(hint, "", HINTS[hint]) for hint in hints if number in rules.by_hint.get(hint, ())]
        for word in rules.vocabulary.intersection(text.words):
            for rule in rules.by_word.get(word, ()):
                if rule.category != number:
                    continue
                times = text.times(word)
                if rule.phrase:
                    times = text.times_phrase(rule.phrase, times)
                if times:
                    found.append(Evidence(rule.shown, text.matched(rule.phrase or word), times * rule.weight))
        for category, pattern, shown in rules.patterns:
            match = pattern.regex.search(text.folded) if category == number else None
            if match is not None:
                found.append(Evidence(shown, text.seen[match.start() : match.end()], PATTERN))
        found.sort(key=lambda one: (-one.weight, one.rule))
        return [msgspec.structs.replace(one, text=one.text[:SHOWN_CHARACTERS]) for one in found]

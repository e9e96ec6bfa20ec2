"""A prompt, read once: what is looked at of it, and where its words stand.

The first words of a prompt name the task most often, the rest of its beginning and its end often.
"""

from __future__ import annotations

import re

from sereno.categories.folding import plain, window, words

LEAD, OPENING, CLOSING = 5, 16, 12
"""Words that count as the lead, as the opening, and as the closing of a text."""
LEAD_TIMES, EDGE_TIMES = 3, 2
"""How often a word counts there."""
_EDGES = (slice(LEAD), slice(OPENING), slice(-CLOSING, None))


class Text:
    """A prompt, read once: what is looked at of it, folded, and its words by where they stand."""

    def __init__(self, text: str) -> None:
        self.seen = window(text)
        self.folded = plain(self.seen)
        self.words = words(self.folded)
        if len(self.words) <= OPENING + CLOSING:
            edges = self.words
        else:
            edges = [*self.words[:OPENING], *self.words[-CLOSING:]]
        self.lead, self.edges = frozenset(self.words[:LEAD]), frozenset(edges)
        self._spaced: tuple[bytes, bytes, bytes] | None = None

    def times(self, word: bytes) -> int:
        """How often a word that is in the text counts."""
        return LEAD_TIMES if word in self.lead else EDGE_TIMES if word in self.edges else 1

    def times_phrase(self, phrase: bytes, at_most: int) -> int:
        """How often a phrase counts, one of whose words may count `at_most` so often; 0 if it is not in the text."""
        if self._spaced is None:
            lead, opening, closing = (b" ".join(self.words[part]) for part in _EDGES)
            self._spaced = (b" %b " % lead, b" %b | %b " % (opening, closing), b" %b " % b" ".join(self.words))
        lead, edges, everything = self._spaced
        if at_most > EDGE_TIMES and phrase in lead:
            return LEAD_TIMES
        if at_most > 1 and phrase in edges:
            return EDGE_TIMES
        return 1 if phrase in everything else 0

    def matched(self, phrase: bytes) -> str:
        """The text as it was written where a word or phrase stands; folding keeps places."""
        inner = rb"[^0-9a-z]+".join(re.escape(word) for word in phrase.split())
        match = re.search(rb"(?<![0-9a-z])" + inner + rb"(?![0-9a-z])", self.folded)
        return self.seen[match.start() : match.end()] if match else ""

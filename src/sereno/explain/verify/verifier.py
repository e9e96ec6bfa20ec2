"""`Verifier`: checks a text against a sheet of facts while it comes in; `verify` checks one that is all there."""

from __future__ import annotations

from collections import Counter
from zoneinfo import ZoneInfo

import msgspec

from sereno.explain.fact import FactSheet
from sereno.explain.verify.context import contexts
from sereno.explain.verify.decimals import decimal_mark, shown_decimals
from sereno.explain.verify.evidence import EvidenceBook, collect
from sereno.explain.verify.judge import judge
from sereno.explain.verify.lexicon import LANGUAGES, lexicon
from sereno.explain.verify.mention import MentionKind
from sereno.explain.verify.names import Names, names_of, unnamed
from sereno.explain.verify.scan import scan
from sereno.explain.verify.sentences import sentence_end
from sereno.explain.verify.tongue import tongue


class Span(msgspec.Struct, frozen=True):
    """One claim of a text.

    Attributes:
        start, end: where it stands, Unicode code points of the whole text.
        text: as written. supported: whether a fact says so. fact: id of the fact, None where there is none.
        kind: what is claimed.
    """

    start: int
    end: int
    text: str
    supported: bool
    fact: str | None
    kind: MentionKind


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of the text and its claims, with white space and marks up to the next."""

    start: int
    end: int
    text: str
    spans: tuple[Span, ...]

    @property
    def supported(self) -> bool:
        """Whether it claims nothing that no fact supports."""
        return all(span.supported for span in self.spans)


class Verdict(msgspec.Struct, frozen=True):
    """A text checked: its claims in order. Names of series are linked but not counted: they claim nothing alone."""

    spans: tuple[Span, ...]

    @property
    def counted(self) -> tuple[Span, ...]:
        """The numbers, dates, directions and other claims that the score counts."""
        return tuple(span for span in self.spans if span.kind != "series")

    @property
    def supported(self) -> int:
        """How many of them a fact supports."""
        return sum(span.supported for span in self.counted)

    @property
    def score(self) -> float:
        """The share that is supported; 1.0 for a text that claims nothing."""
        return self.supported / len(self.counted) if self.counted else 1.0


class Grounds(msgspec.Struct, frozen=True):
    """What texts about one sheet are checked with, made once for any number of them: see `grounds_of`."""

    sheet: FactSheet
    book: EvidenceBook
    names: Names
    zone: ZoneInfo


def grounds_of(sheet: FactSheet) -> Grounds:
    """The figures and moments of a sheet, the names of its series, and its zone, ready to be looked up."""
    return Grounds(sheet, collect(sheet), names_of(sheet), zone_of(sheet.tz))


class Verifier:
    """Checks one text, piece by piece.

    Args:
        about: the facts, or what was made of them for several texts.
        language: of the text (BCP 47); one without words of its own is read with all words there are.
    """

    def __init__(self, about: FactSheet | Grounds, language: str = "en") -> None:
        self._grounds = about if isinstance(about, Grounds) else grounds_of(about)
        self._language = language
        self._text = ""
        self._done = 0
        self._subject: tuple[str, ...] = ()
        self._spans: list[Span] = []
        self._decimals: Counter[str] = Counter()

    def feed(self, chunk: str) -> list[Sentence]:
        """Take the next piece of the text; returns the sentences that it ended."""
        self._text += chunk
        return self._take(final=False)

    def end(self) -> list[Sentence]:
        """Take what is left as the last sentence."""
        return self._take(final=True)

    @property
    def verdict(self) -> Verdict:
        """Of all sentences ended so far."""
        return Verdict(tuple(self._spans))

    def _take(self, *, final: bool) -> list[Sentence]:
        taken = []
        while (end := sentence_end(self._text, self._done, final=final)) is not None and end > self._done:
            taken.append(self._check(self._done, end))
            self._done = end
        return taken

    def _check(self, start: int, end: int) -> Sentence:
        text = self._text[start:end]
        if text.strip() == "" and "\n" in text:
            self._subject = ()  # a new paragraph speaks of whom it names
        words = lexicon(tongue(text, self._language))
        grounds = self._grounds
        self._decimals += shown_decimals(unnamed(text, grounds.names))
        read = scan(text, words, grounds.names, decimal_mark(self._decimals))
        told = contexts(read, words, self._subject)
        rulings = judge(grounds.book, read.mentions, told, grounds.zone)
        spans = tuple(
            Span(
                start + one.mention.start,
                start + one.mention.end,
                text[one.mention.start : one.mention.end],
                one.supported,
                None if one.fact is None else grounds.sheet.facts[one.fact].id,
                one.mention.kind,
            )
            for one in rulings
        )
        self._spans += spans
        named = tuple(dict.fromkeys(one.word for one in read.mentions if one.kind == "series"))
        if named:
            self._subject = named[:1] if len(named) > 1 else named
        return Sentence(start, end, text, spans)


def verify(text: str, about: FactSheet | Grounds, language: str = "en") -> Verdict:
    """Check a whole text against facts.

    Args:
        text: any text about the chart.
        about: its facts, or what was made of them for several texts.
        language: of the text.
    """
    verifier = Verifier(about, language)
    verifier.feed(text)
    verifier.end()
    return verifier.verdict


def warm() -> None:
    """Compile the words of every language: the first sentence of a process takes as long as any other then."""
    about = grounds_of(FactSheet(facts=(), series=("x",)))
    for language in LANGUAGES:
        verify("The mean of x: 3 s at 14:05.", about, language)


def zone_of(name: str) -> ZoneInfo:
    """The zone that a sheet's times are told in; UTC where the name is not known here."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")

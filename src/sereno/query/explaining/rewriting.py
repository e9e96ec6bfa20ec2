"""Strict mode: a sentence with an unsupported claim gives way to the template's of the fact that it talked about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container

from sereno.explain.fact import FactSheet
from sereno.explain.narrate.telling import tell
from sereno.explain.verify import Sentence


def rewritten(sentence: Sentence, sheet: FactSheet, language: str, told: Container[str]) -> tuple[str, str] | None:
    """The sentence to say instead, and the id of the fact that it says; None where the sentence is to be withheld.

    A fact is talked about where one of the claims is supported by it; a name alone may mean any of its facts.

    Args:
        sentence: checked, with an unsupported claim.
        sheet: the facts.
        language: `en` or `es`.
        told: ids of facts that the text has said already.
    """
    about = Counter(span.fact for span in sentence.spans if span.supported and span.kind != "series" and span.fact)
    known = {fact.id: fact for fact in sheet.facts}
    for name, _ in about.most_common():
        if name in known and name not in told:
            return tell(known[name], sheet, language), name
    return None

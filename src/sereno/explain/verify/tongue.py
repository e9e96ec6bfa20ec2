"""Which language a sentence is in: a model that is asked in one may answer in another."""

from __future__ import annotations

import re

_SMALL: dict[str, re.Pattern[str]] = {
    "en": re.compile(
        r"(?<!\w)(?:the|is|was|were|are|of|and|that|than|with|from|its|it|has|had|in|by|which|this)(?!\w)",
        re.IGNORECASE,
    ),
    "es": re.compile(
        r"(?<!\w)(?:el|la|los|las|es|fue|son|está|estuvo|de|del|y|que|con|desde|su|sus|se|tuvo|en|un|una|por)(?!\w)",
        re.IGNORECASE,
    ),
}
"""Small words that the other language has not."""
_LEAST = 3


def tongue(sentence: str, asked: str) -> str:
    """The language whose words a sentence is read with.

    Args:
        sentence: any text.
        asked: language that the whole text should be in (BCP 47); it is kept unless the sentence is plainly in another.

    >>> tongue("The mean of the api is 3.2 s.", "es"), tongue("La media es de 3,2 s.", "es"), tongue("3,2 s", "es")
    ('en', 'es', 'es')
    """
    own = asked.lower().replace("_", "-").split("-")[0]
    if own not in _SMALL:
        return asked
    counts = {name: len(pattern.findall(sentence)) for name, pattern in _SMALL.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] >= _LEAST and counts[best] > 2 * counts[own] else asked

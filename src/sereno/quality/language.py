"""In which language a text is written, or None where that is not clear: short texts, code, mixtures.

langid's model (Lui & Baldwin, ACL 2012) in py3langid, held to languages with many writers: among all of its own the
small neighbours of a large one (Aragonese, Extremaduran; Nigerian Pidgin) take part of each text's probability.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier  # type: ignore[import-untyped]  # it says no types

LANGUAGES = ("ar", "bg", "ca", "cs", "da", "de", "el", "en", "es", "eu", "fa", "fi", "fr", "gl", "he", "hi", "hu", "id",
             "it", "ja", "ko", "nl", "no", "pl", "pt", "ro", "ru", "sv", "th", "tr", "uk", "vi", "zh")  # fmt: skip
"""ISO 639-1 codes."""
LEAST_LETTERS = 20
LEAST_CONFIDENCE = 0.9
_LONGEST = 600
_CODE = re.compile(r"```.{0,100000}?(?:```|\Z)|`[^`\n]{1,200}`|https?://\S+", re.DOTALL)


def language_of(text: str) -> str | None:
    """ISO 639-1 code of a text's language, by its first 600 characters that are no code.

    >>> language_of("¿Cómo puedo ordenar una lista de palabras en Python?"), language_of("x = [1, 2]")
    ('es', None)
    """
    prose = _CODE.sub(" ", text[: 8 * _LONGEST]).strip()[:_LONGEST]
    letters = sum(map(str.isalpha, prose))
    # Scripts without an alphabet say as much with fewer characters.
    least = LEAST_LETTERS if prose.isascii() or prose[:1] < "\u3000" else LEAST_LETTERS // 4
    if letters < least or letters < len(prose) / 2:
        return None
    found, confidence = _identifier().rank(prose)[0]
    return str(found) if confidence >= LEAST_CONFIDENCE else None


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  half a second, for who asks

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier

"""Whether a prompt itself speaks of languages, so that an answer in another one may be what was wanted."""

from __future__ import annotations

import re

_NAMES = re.compile(
    r"\b(?:translat\w*|traduc\w*|tradúce\w*|traduzca\w*|language|idioma|lengua"
    r"|english|spanish|french|german|italian|portuguese|catalan|basque|galician|chinese|japanese|korean|russian|arabic"
    r"|ingl[ée]s|español|castellano|franc[ée]s|alem[áa]n|italiano|portugu[ée]s|catal[áa]n|euskera|vasco|gallego"
    r"|chino|japon[ée]s|coreano|ruso|[áa]rabe|deutsch|fran[çc]ais)\b",
    re.IGNORECASE,
)
_LONGEST = 20_000


def names_language(prompt: str) -> bool:
    """Whether a prompt names a language or asks for a translation, in English or Spanish.

    >>> names_language("¿Cómo se dice 'gracias' en francés?"), names_language("Sort a list")
    (True, False)
    """
    return _NAMES.search(prompt[:_LONGEST]) is not None

"""Whether a sentence says that a series is first or last of all: "of all series, the highest mean"."""

from __future__ import annotations

import re

_AMONG = re.compile(
    r"(?<!\w)(?:(?:of|among|amongst)\s+(?:all\s+)?(?:of\s+)?(?:the\s+)?(?:\w+\s+)?(?:series|metrics|lines)"
    r"|than\s+(?:any|every)\s+other(?:\s+series)?|(?:de|entre)\s+(?:todas\s+)?las\s+(?:\w+\s+)?(?:series|métricas)"
    r"|que\s+(?:ninguna|cualquier)\s+otra)(?!\w)",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"(?<!\w)(?:(?P<most>highest|largest|greatest|biggest|más\s+(?:alt|elevad)[oa]|más\s+grande|mayor)"
    r"|(?P<least>lowest|smallest|más\s+(?:baj|pequeñ)[oa]|menor))(?!\w)",
    re.IGNORECASE,
)


def superlative_of(text: str) -> int:
    """+1 where the highest of all series is told, −1 where the lowest is, 0 where none is.

    Args:
        text: of a sentence, with names and figures blanked.
    """
    most = _MOST.search(text)
    if most is None or _AMONG.search(text) is None:
        return 0
    return 1 if most["most"] else -1

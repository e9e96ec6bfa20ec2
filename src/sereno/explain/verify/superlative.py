"""Whether something is said to be first of all: "of all series, the highest mean", "the largest anomaly"."""

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


_EXTREME = re.compile(
    r"(?<!\w)(?:(?P<most>highest|largest|greatest|biggest|dearest|most\s+expensive|más\s+(?:alt|elevad|car)[oa]"
    r"|más\s+grande|mayor)|(?P<least>lowest|smallest|least|cheapest|más\s+(?:baj|pequeñ|barat)[oa]|menor))(?!\w)",
    re.IGNORECASE,
)


def most_of(text: str, start: int, end: int) -> int:
    """+1 where a clause, or what stands beside it, names what is most, −1 where it names what is least, 0 else."""
    found = _EXTREME.search(text, start, end) or _EXTREME.search(text)
    return 0 if found is None else 1 if found["most"] else -1


_LARGEST = re.compile(
    r"(?<!\w)(?:largest|biggest|greatest|highest|strongest|worst|sharpest|steepest|longest|most\s+\w+"
    r"|mayor|peor|más\s+(?:grande|fuerte|larg[oa]|extrem[oa]|inusual|grave|acusad[oa]|brusc[oa]|pronunciad[oa]))(?!\w)",
    re.IGNORECASE,
)


def is_largest(text: str, thing: re.Pattern[str], start: int, end: int) -> bool:
    """Whether a clause speaks of the largest thing of its kind.

    Args:
        text: of the sentence, with names and figures blanked.
        thing: words for the kind.
        start: of the clause.
        end: of the clause.
    """
    return any(
        _LARGEST.search(text, max(start, match.start() - _NEAR), match.start()) is not None
        or _LARGEST.match(text, match.end() + 1) is not None
        for match in thing.finditer(text, start, end)
    )


_NEAR = 26
"""Characters before a thing in which it may be called the largest."""

"""What a sentence compares with: the hour before, the same day last week, the first half."""

from __future__ import annotations

import re
from functools import lru_cache

from sereno.explain.verify.lexicon import Lexicon, lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import Scan

_COMPARED = re.compile(
    r"(?<!\w)(?:than|compared|comparison|versus|vs|against|same as|as in|to|above|below|over|under|que|comparación"
    r"|comparad[oa]s?|frente|respecto|como en|con|encima|debajo)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a period is one to compare with; "on the day before" only tells when."""
_COMPARED_REACH = 30
_DURING = re.compile(
    r"(?<!\w)(?<!than )(?<!que )(?<!as )(?:in|during|en|durante)\s+(?:the\s+|la\s+|el\s+)?$", re.IGNORECASE
)
"""Words by which a figure is told of the period itself: "in the first half it was at 3 s"."""


@lru_cache(maxsize=4)
def periods(text: str, languages: tuple[str, ...]) -> tuple[tuple[str, int, int, bool], ...]:
    """Every period of a sentence: its note, start, end, and whether something is told of it; looked for once."""
    found = []
    for note, pattern in lexicon(languages[0] if len(languages) == 1 else "*").periods.items():
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _COMPARED_REACH) : match.start()]
            during = _DURING.search(before) is not None
            if during or _COMPARED.search(before) is not None:
                found.append((note, *match.span(), during))
    return tuple(found)


def period_of(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> tuple[str, bool]:
    """What the sentence compares with: as named in the clause after the claim, else anywhere; longer names first.

    Returns:
        The note of such comparisons ("" where there is none), and whether the claim's clause tells what was then.
    """
    best: tuple[bool, bool, int] | None = None
    found, then = "", False
    for note, first, last, during in periods(scan.text, words.languages):
        inside = start <= first < end
        rank = (not inside, first < mention.start, first - last)
        if best is None or rank < best:
            # "In the first half, it was at 3 s": the period sets the scene, where no figure stands before the claim.
            leads = last <= start and not any(
                last <= one.start < mention.start for one in scan.mentions if one.kind == "quantity"
            )
            best, found, then = rank, note, during and (inside or leads)
    return found, then

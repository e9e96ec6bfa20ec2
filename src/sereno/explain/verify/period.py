"""What a sentence compares with: the hour before, the same day last week, the first half."""

from __future__ import annotations

import re

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import Scan

_COMPARED = re.compile(
    r"(?<!\w)(?:than|compared|comparison|versus|vs|against|same as|as in|to|above|below|over|under|que|comparación"
    r"|comparad[oa]s?|frente|respecto|como en|con|encima|debajo)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a period is one to compare with; "on the day before" only tells when."""
_COMPARED_REACH = 30
_DURING = re.compile(r"(?<!\w)(?:in|during|en|durante)\s+(?:the\s+|la\s+|el\s+)?$", re.IGNORECASE)
"""Words by which a figure is told of the period itself: "in the first half it was at 3 s"."""


def period_of(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> tuple[str, bool]:
    """What the sentence compares with: as named in the clause after the claim, else anywhere; longer names first.

    Returns:
        The note of such comparisons ("" where there is none), and whether the claim's clause tells what was then.
    """
    best: tuple[bool, bool, int] | None = None
    found, then = "", False
    for note, pattern in words.periods.items():
        for match in pattern.finditer(scan.text):
            during = _DURING.search(scan.text, 0, match.start()) is not None
            low = max(0, match.start() - _COMPARED_REACH)
            if not during and _COMPARED.search(scan.text, low, match.start()) is None:
                continue
            inside = start <= match.start() < end
            rank = (not inside, match.start() < mention.start, -match.end() + match.start())
            if best is None or rank < best:
                best, found, then = rank, note, during and inside
    return found, then

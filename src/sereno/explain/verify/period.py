"""What a sentence compares with: the hour before, the same day last week, the first half."""

from __future__ import annotations

import re

from sereno.explain.verify.lexicon import Lexicon
from sereno.explain.verify.mention import Mention
from sereno.explain.verify.scan import Scan

_COMPARED = re.compile(
    r"(?<!\w)(?:than|compared|comparison|versus|vs|against|same as|as in|to|que|comparación|comparad[oa]s?|frente"
    r"|respecto|como en|con)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a period is one to compare with; "on the day before" only tells when."""
_COMPARED_REACH = 30


def period_of(scan: Scan, mention: Mention, words: Lexicon, start: int, end: int) -> str:
    """What the sentence compares with: as named in the clause after the claim, else anywhere; longer names first."""
    best: tuple[bool, bool, int] | None = None
    found = ""
    for note, pattern in words.periods.items():
        for match in pattern.finditer(scan.text):
            if _COMPARED.search(scan.text, max(0, match.start() - _COMPARED_REACH), match.start()) is None:
                continue
            inside = start <= match.start() < end
            rank = (not inside, match.start() < mention.start, -match.end() + match.start())
            if best is None or rank < best:
                best, found = rank, note
    return found

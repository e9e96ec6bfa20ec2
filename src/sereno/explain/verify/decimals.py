"""Which mark stands before decimals in a text, where the text shows it: "1.234 s" is 1234 in Spanish, or 1.234."""

from __future__ import annotations

import re
from collections import Counter

_SHOWN = re.compile(
    r"(?<![\w.,:/-])(?:\d{1,3}(?:(?P<group>[.,])\d{3})+(?!(?P=group))(?P<behind>[.,])\d+|\d+(?P<short>[.,])(?:\d{1,2}|\d{4,})"
    r"|0(?P<zero>[.,])\d+)(?![\w.,:/]*\d)"
)
"""Numbers that can be read in one way: both marks, a head of 0, or other than three digits behind the mark."""


def shown_decimals(text: str) -> Counter[str]:
    """How often each mark stands before decimals for sure.

    >>> shown_decimals("3.25 s and 1,234.5 B at 14.05.2026"), shown_decimals("1.234 s"), shown_decimals("de 3,2 s")
    (Counter({'.': 2}), Counter(), Counter({',': 1}))
    """
    return Counter(match["behind"] or match["short"] or match["zero"] for match in _SHOWN.finditer(text))


def decimal_mark(shown: Counter[str]) -> str:
    """The mark of a text that shows only one, "" where it shows none or both: then its language decides."""
    return next(iter(shown)) if len(shown) == 1 else ""

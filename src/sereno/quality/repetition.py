"""Whether an answer goes round in circles.

Two signs. Many characters stand in runs of ten words that were said before: the measure of duplicate n-grams by which
Gopher's training data was cleaned (arXiv:2112.11446, table A1), with a wider limit, because code and tables repeat
themselves rightly. Or the end compresses as only a loop does: zlib's ratio, by which Whisper finds its own loops
(arXiv:2212.04356 §4.5), which also works for scripts without spaces.
"""

from __future__ import annotations

import zlib

RUN = 10
"""Words in a run."""
MOST_DUPLICATE = 0.3
"""Share of the characters."""
TAIL = 400
"""Characters at the end that must not be a loop."""
MOST_RATIO = 5.0
"""Bytes before over bytes after. Prose has 1.3 to 1.8 at this length, a table 2 to 4, a looped sentence 8 and more."""
_LONGEST = 40_000


def repeats(answer: str) -> bool:
    """Whether an answer repeats itself; short ones cannot.

    >>> repeats("I do not know. " * 40), repeats("A short answer.")
    (True, False)
    """
    text = answer[-_LONGEST:]
    return tail_ratio(text) > MOST_RATIO or duplicate_share(text) > MOST_DUPLICATE


def duplicate_share(text: str) -> float:
    """Share of the words' characters that stand in runs of ten words which occurred before; 0 below twenty words."""
    words = text.split()
    if len(words) < 2 * RUN:
        return 0.0
    seen: set[tuple[str, ...]] = set()
    repeated = bytearray(len(words))
    for start in range(len(words) - RUN + 1):
        run = tuple(words[start : start + RUN])
        if run in seen:
            repeated[start : start + RUN] = b"\1" * RUN
        else:
            seen.add(run)
    lengths = [len(word) for word in words]
    return sum(n for n, mark in zip(lengths, repeated, strict=True) if mark) / sum(lengths)


def tail_ratio(text: str) -> float:
    """How far the end compresses, bytes before over bytes after; 1 for texts shorter than that end."""
    tail = text.strip()[-TAIL:]
    if len(tail) < TAIL:
        return 1.0
    raw = tail.encode("utf-8", "replace")
    return len(raw) / len(zlib.compress(raw, 6))

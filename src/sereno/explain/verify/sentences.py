"""Where sentences end in a text that is still coming in."""

from __future__ import annotations

import re

LONGEST = 2_000
"""Characters after which a sentence is taken as ended: what a model never ends must still be checked."""
_END = re.compile(r"\n|[.!?…][\"'»”)\]*_]*(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:^|(?<![\d\s])[\s(])(?:e\.g|i\.e|approx|aprox|vs|etc|no|núm|p\.?\s?ej|ej|sr|fig|resp|cf|max|min|avg|st|ca|[a-z])$|(?<!\w)[ap]\.?\s?m$",
    re.IGNORECASE,
)


# A letter or "min" behind a number is its unit, and may end a sentence: "it took 3 s. Then …".


def sentence_end(text: str, start: int, *, final: bool) -> int | None:
    """Where the sentence that begins at `start` ends (after its mark and spaces), None while that is not known.

    Args:
        text: what has come so far.
        start: where the sentence begins.
        final: whether nothing more will come.
    """
    for match in _END.finditer(text, start):
        if match.end() > start + LONGEST:
            break  # read at once or as it comes, a text has the same sentences
        if match.group() != "\n" and _ABBREVIATION.search(text, max(start, match.start() - 12), match.start()):
            continue
        end = match.end()
        while end < len(text) and text[end] in " \t":
            end += 1
        if end < len(text) or final or match.group() == "\n":
            return end
        return None
    if len(text) - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        return cut + 1 if cut > start else start + LONGEST
    return len(text) if final and start < len(text) else None

"""The nearest right name for a wrong one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The most similar of the words, None when none is similar (difflib's ratio of 0.6, or the same last part)."""
    from difflib import get_close_matches  # noqa: PLC0415  needed only when something is wrong

    known = list(words)
    if close := get_close_matches(word, known, n=1, cutoff=0.6):
        return close[0]
    last = word.rpartition(".")[2]
    return next((name for name in known if name.rpartition(".")[2] == last), None)


def suggestion(word: str, words: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing."""
    found = nearest(word, words)
    return f"; did you mean {found}?" if found else ""

"""Sentences of a text are the same whether it is read at once or comes in pieces; none is longer than its limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sereno.explain.verify.sentences import LONGEST, sentence_end

PIECES = ("p95 ", "rose. ", "e.g. ", "3.5 s. ", "\n", 'high." ', "x" * 700 + " ", "y" * 1500, "…")
WORDS = st.lists(st.sampled_from(PIECES))


def ends(text: str, seen: list[int]) -> list[int]:
    """Ends of all sentences, when the text has come up to each of `seen`, then whole."""
    found, start = [], 0
    for length in [*seen, len(text)]:
        final = length == len(text)
        while start < length and (end := sentence_end(text[:length], start, final=final)) is not None:
            found.append(end)
            start = end
    return found


@given(WORDS, st.lists(st.integers(0, 20_000), max_size=8))
def test_pieces_change_nothing(words: list[str], cuts: list[int]) -> None:
    text = "".join(words)
    whole = ends(text, [])
    assert ends(text, sorted(cut for cut in cuts if cut < len(text))) == whole
    assert whole[-1:] == ([len(text)] if text else [])


def test_a_sentence_that_ends_far_away_ends_at_the_limit() -> None:
    text = "p95 " * 3000 + "rose."
    found = ends(text, [])
    assert max(end - start for start, end in zip([0, *found], found, strict=False)) <= LONGEST
    assert all(text[end - 1] == " " for end in found[:-1])

"""What a model writes can load nothing and point nowhere, in whatever pieces it comes."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.explain.narrate.plain_text import PlainText, plain


def cleaned(text: str, cuts: list[int]) -> str:
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    clean = PlainText()
    return "".join(clean.feed(text[a:b]) for a, b in itertools.pairwise(edges)) + clean.end()


EVIL = (
    "See ![chart](https://evil.example/x.png?d=1) and [here](javascript:alert(1)) "
    "<img src=x onerror=y> www.evil.example ok"
)


@given(st.lists(st.integers(0, len(EVIL)), max_size=20))
def test_nothing_of_an_attack_is_left_however_it_is_cut(cuts: list[int]) -> None:
    told = cleaned(EVIL, cuts)
    assert not any(bad in told for bad in ("evil", "javascript", "<img", "onerror", "]("))
    assert told.startswith("See chart")
    assert told.endswith("ok")


@pytest.mark.parametrize("text", ["p < 0.01, so 3 > 2.", "It rose from 3 to 4 s/h [1].", "a/b and c:d"])
def test_plain_words_stay(text: str) -> None:
    assert plain(text) == text


def test_thoughts_of_a_reasoning_model_are_left_out() -> None:
    assert cleaned("<think>maybe 99 s?</think>It was 3 s.", [3, 9, 20]) == "It was 3 s."

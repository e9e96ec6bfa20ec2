"""Patterns of model names: the meaning of a regular expression, without its worst cases."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sereno.trust.wildcard import matches

FEW = st.text("ab*", max_size=8)


@given(FEW, st.text("ab*\n", max_size=12))
def test_a_star_is_any_text(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
    assert matches(pattern, name) == expected


def test_a_pattern_that_would_stop_a_regular_expression() -> None:
    assert not matches("*a" * 2000 + "b", "a" * 100_000)


def test_other_signs_stand_for_themselves() -> None:
    assert matches("a?[b]", "a?[b]")
    assert not matches("a?", "ab")

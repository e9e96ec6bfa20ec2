"""Patterns: what Python's `re` would find, and nothing that could run away."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sereno.categories.folding import plain, symbols
from sereno.categories.pattern import compile_pattern


def matches(pattern: str, text: str) -> bool:
    compiled = compile_pattern(pattern)
    folded = plain(text)
    found = compiled.symbols <= symbols(folded) and compiled.found(folded)
    assert found == (compiled.regex.search(folded) is not None)  # the short cuts change nothing
    return found


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("def ", "a DEF f", "undefined"),
        (r"\d{2,3} ?kg", "about 12kg", "about 1 kg"),
        (r"\bart\.? ?\d", "see Art. 5", "smart 5"),
        (r"^hello", "Hello you", "say hello"),
        (r"bye$", "good BYE", "bye now"),
        ("[a-c#]x", "#x", "dx"),
        ("[^0-9]%", "x%", "5%"),
        ("año", "ANO 1812", "anio"),
        ("cat|dog", "hotdog", "cow"),
        (r"a\|b", "a|b", "a"),
        (r"\(\)", "f()", "f(x)"),
        (r"\w+@\w+\.es", "ana_1@casa.es", "ana@"),
        (r"x[^:]*: y", "x is 1: y", "x is 1, y"),
        (".", "x", ""),
        (r"[\]\-]", "a-b", "ab"),
        (r"[a-]", "-", "b"),
        (r"\n\t", "a\n\tb", "a b"),
    ],
)
def test_it_finds_what_it_says(pattern: str, yes: str, no: str) -> None:
    assert matches(pattern, yes)
    assert not matches(pattern, no)


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("", "empty"),
        ("a" * 201, "longer than 200"),
        ("(a+)+b", "groups are not allowed"),
        ("a(?>b)", "groups are not allowed"),
        (r"a+ab", "could also begin what follows"),
        (r".*x", "could also begin what follows"),
        (r"\w*\d", "could also begin what follows"),
        (r"a?b?a", "could also begin what follows"),
        (r"\s+\b\s", "could also begin what follows"),
        (r"x*", "can match nothing"),
        (r"a|", "can match nothing"),
        (r"\b", "can match nothing"),
        ("*a", "nothing that * could repeat"),
        ("^+a", "nothing that + could repeat"),
        ("a{2", "not followed by a count"),
        ("a{3,2}", "must rise"),
        ("a{65}", "up to 64"),
        ("a{0}b", "must rise"),
        ("a++", "repeated twice"),
        ("a{2}?", "repeated twice"),
        ("a{64}b{64}c{64}d{64}e", "more than 256"),
        ("[a", "not closed"),
        ("[]", "empty"),
        ("[^\\d\\D]", "not allowed"),
        ("[z-a]", "range"),
        ("[\\d-z]", "range"),
        ("a\\", "ends in a backslash"),
        (r"(?i)a", "groups"),
        (r"\1a", "\\1 is not allowed"),
        (r"\p{L}", "\\p is not allowed"),
        ("夜", "'夜' is never found"),
        ("¿qu", "'¿' is never found"),
    ],
)
def test_what_is_not_allowed_is_told(pattern: str, told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        compile_pattern(pattern)


ATOMS = st.sampled_from(
    ["a", "b", "x", " ", "\\.", "#", "[ab]", "[^ab]", "[0-9]", "\\d", "\\w", "\\s", ".", "\\b", "="]
)
COUNTS = st.sampled_from(["", "", "", "?", "+", "*", "{2}", "{1,3}", "{2,}"])
ITEMS = st.tuples(ATOMS, COUNTS).map(lambda item: item[0] if item[0] == "\\b" else "".join(item))
PATTERNS = st.lists(ITEMS, min_size=1, max_size=6).map("".join)
TEXTS = st.text(alphabet="abx .#=019_\n", max_size=60)


@settings(max_examples=400, deadline=None)
@given(pattern=PATTERNS, text=TEXTS)
def test_what_is_allowed_means_what_it_means_to_python(pattern: str, text: str) -> None:
    try:
        compile_pattern(pattern)
    except ValueError:
        assume(False)
    # Short texts: 64 repeats are as good as any number.
    assert matches(pattern, text) == (re.search(pattern, text, re.ASCII | re.DOTALL) is not None)


@settings(max_examples=30, deadline=None)
@given(pattern=PATTERNS, unit=st.text(alphabet="abx .#=019_", min_size=1, max_size=4))
def test_no_allowed_pattern_runs_away(pattern: str, unit: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except ValueError:
        assume(False)
    # 20,000 × 256 steps are a moment; what runs away meets the suite's timeout.
    compiled.regex.search(plain((unit * 20_000)[:20_000]))

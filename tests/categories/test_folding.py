"""How texts are read: a byte a character, so that what was found can be shown as it was written."""

from __future__ import annotations

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from sereno.categories.folding import HEAD, TAIL, plain, symbols, window, words


@settings(deadline=None)
@given(st.text(max_size=200))
def test_every_character_is_one_byte(text: str) -> None:
    assert len(plain(text)) == len(text)


@settings(deadline=None)
@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_latin_letters_lose_case_and_accents_alone(text: str) -> None:
    for character, byte in zip(text, plain(text), strict=True):
        base = unicodedata.normalize("NFKD", character.lower())[0]
        assert chr(byte) == (base if base.isascii() else "?")


def test_words_are_parted_by_all_else() -> None:
    assert words(plain("Ñandú-verde, «él» 3.5_x\u00a0¿y? 夜 🙂fin")) == [
        b"nandu", b"verde", b"el", b"3", b"5", b"x", b"y", b"fin"
    ]  # fmt: skip


def test_symbols_are_what_is_neither_word_nor_space() -> None:
    assert bytes(sorted(symbols(plain("if (x == 1) {\n\ty(); }")))) == b"();={}"


@settings(deadline=None)
@given(st.integers(0, 5000))
def test_a_window_is_bounded_and_holds_both_ends(length: int) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(length))
    seen = window(text)
    assert len(seen) <= HEAD + TAIL + 1
    assert seen.startswith(text[:HEAD])
    assert seen.endswith(text[-TAIL:] if length else "")


def test_accents_written_apart_are_put_together() -> None:
    assert plain(window("ingle\u0301s man\u0303ana")) == b"ingles manana"

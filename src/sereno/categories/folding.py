"""How a text is read: one byte a character, lower case, without accents, so that looking for words is quick.

Latin-1 holds what English and Spanish are written in. Any other character becomes `?`, which parts words.
"""

from __future__ import annotations

import unicodedata

HEAD, TAIL = 1000, 500
"""Characters looked at, at the beginning and at the end: tasks stand there, what lies between is material."""


def _table(*, keep_punctuation: bool) -> bytes:
    table = bytearray(256)
    for code in range(256):
        base = unicodedata.normalize("NFKD", chr(code).lower())[0]
        byte = ord(base) if ord(base) < 128 else ord("?")
        alphanumeric = chr(byte).isalnum()
        table[code] = byte if alphanumeric or keep_punctuation else 32
    return bytes(table)


_PLAIN = _table(keep_punctuation=True)
_WORDS = _table(keep_punctuation=False)
_COMMON = bytes(code for code in range(256) if chr(code).isalnum() or chr(code).isspace())


def window(text: str) -> str:
    """What is looked at of a text: all of a short one, the two ends of a long one."""
    seen = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]}\n{text[-TAIL:]}"
    if not seen.isascii() and ("\u0301" in seen or "\u0303" in seen):
        return unicodedata.normalize("NFC", seen)  # accents written apart, as some keyboards do
    return seen


def plain(text: str) -> bytes:
    r"""The text in lower case and without accents, a byte a character, with its punctuation.

    >>> plain("¿Qué ÁREA…?")
    b'?que area??'
    """
    return text.encode("latin-1", "replace").translate(_PLAIN)


def symbols(folded: bytes) -> frozenset[int]:
    """Which bytes of what `plain` made are neither letters, digits nor spaces.

    >>> bytes(sorted(symbols(b"f(x) == y")))
    b'()='
    """
    return frozenset(folded.translate(None, _COMMON))


def words(folded: bytes) -> list[bytes]:
    """The words of what `plain` made.

    >>> words(plain("¡Traduce «esto» al inglés!"))
    [b'traduce', b'esto', b'al', b'ingles']
    """
    return folded.translate(_WORDS).split()

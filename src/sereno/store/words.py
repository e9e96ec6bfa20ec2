"""The one rule by which text becomes words, for every store and every search.

Text is folded (compatibility forms, case and diacritics fall away), then cut into runs of letters, digits and the
vowel signs that belong to them. Scripts written without spaces (Han, Kana, Hangul, Thai, Lao, Khmer, Burmese) are cut
into single characters. A search finds the calls whose prompt and response together hold **all** of its words.
"""

from __future__ import annotations

import re
from unicodedata import normalize

MAX_WORD = 64
"""Longer runs (base64, hashes) are cut into pieces of this many characters, in texts and in searches alike."""
MAX_TEXT = 1_000_000
"""Characters of a text that are searchable; what follows is stored but not found."""

_ASCII = bytes(ord(chr(c).lower()) if c < 128 and chr(c).isalnum() else ord(" ") for c in range(256))
"""What each byte of an ASCII text becomes: its small letter, its digit, or a space."""
_DIACRITICS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc]"
)
"""Combining marks of Latin, Greek and Cyrillic; Hebrew points; Arabic vowel signs and the stretching tatweel."""
_SINGLE = (
    "\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3041-\u30ff\u3105-\u312f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts whose characters are words by themselves."""
_SIGNS = (
    "\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7\u0a01-\u0a51\u0a70-\u0a75"
    "\u0abc-\u0acd\u0b3c-\u0b57\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0cbc-\u0cd6\u0d3b-\u0d57\u0dca-\u0df3"
    "\u0f71-\u0fbc"
)
"""Vowel signs of Indic scripts, which are no letters in Unicode but belong to their word."""
_WORD = re.compile(f"[{_SINGLE}]|(?:(?![{_SINGLE}])(?:[^\\W_]|[{_SIGNS}])){{1,{MAX_WORD}}}")


def words(text: str) -> list[str]:
    """The words of a text in order, folded, with repetitions.

    >>> words("Ünïcode, re-read: 3.5×; 夜警")
    ['unicode', 're', 'read', '3', '5', '夜', '警']
    """
    text = text[:MAX_TEXT]
    if text.isascii():  # a table of bytes and a split are twice as quick as an expression
        found = text.encode().translate(_ASCII).decode().split()
        return found if max(map(len, found), default=0) <= MAX_WORD else _pieces(found)
    folded = normalize("NFKD", normalize("NFKD", text).casefold())
    return _WORD.findall(normalize("NFC", _DIACRITICS.sub("", folded)))


def _pieces(found: list[str]) -> list[str]:
    """Words with the long ones cut."""
    return [word[at : at + MAX_WORD] for word in found for at in range(0, len(word), MAX_WORD)]


def distinct(*texts: str) -> set[str]:
    """The different words of several texts."""
    found: set[str] = set()
    for text in texts:
        found.update(words(text))
    return found

"""Texts and words as few bytes: what an index entry can hold, whatever a text is."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b, sha256


def digest(text: str) -> bytes:
    """SHA-256 of a text: what it is found by where the text itself may be too long."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


@lru_cache(65_536)
def word_number(word: str) -> str:
    """A word as a signed 64-bit number in decimals: the first eight bytes of its BLAKE2b, big-endian.

    Among a million different words two share a number with a chance of 3·10⁻⁸.
    """
    hashed = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return str(int.from_bytes(hashed, "big", signed=True))

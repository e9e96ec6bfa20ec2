"""Texts and words as few bytes: what an index entry can hold, whatever a text is."""

from __future__ import annotations

from hashlib import blake2b, sha256

from sereno.store.postgres.binary import element

REMEMBERED = 65_536
"""Words of which the element is kept."""


def digest(text: str) -> bytes:
    """SHA-256 of a text: what it is found by where the text itself may be too long."""
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def word_number(word: str) -> int:
    """A word as a signed 64-bit number: the first eight bytes of its BLAKE2b, big-endian.

    Among a million different words two share a number with a chance of 3·10⁻⁸.
    """
    return int.from_bytes(_hashed(word), "big", signed=True)


class Elements(dict[str, bytes]):
    """Word → the same number as an element of an array in a binary COPY; found anew when there are too many.

    A plain subscript, as it runs a hundred times a call; keepers of two stores may share one, as a word means the same.
    """

    def __missing__(self, word: str) -> bytes:
        if len(self) >= REMEMBERED:
            self.clear()
        self[word] = found = element(_hashed(word))
        return found


def _hashed(word: str) -> bytes:
    return blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()

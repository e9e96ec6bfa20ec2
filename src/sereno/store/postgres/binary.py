"""Rows of `bodies` in PostgreSQL's binary form of COPY: half the work of its text form for both sides.

Format: PostgreSQL documentation, COPY, "Binary Format"; `array_send` for the array. All numbers are big-endian.
"""

from __future__ import annotations

from struct import Struct

from sereno.store.postgres.escapes import escaped

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""Signature, flags, length of the extension."""
TRAILER = b"\xff\xff"
COLUMNS = ("seq", "started_at", "prompt", "response", "content", "words")
_START = Struct("!hiqid")  # six fields; seq and started_at, each after its length
_LENGTH = Struct("!i")
_ARRAY = Struct("!iiiiii")  # length, dimensions, no NULLs, type of elements, how many, index of the first
_BIGINT = 20  # its OID
_ELEMENT = 12
_EMPTY = Struct("!iiii").pack(12, 0, 0, _BIGINT)


def row(seq: int, started_at: float, prompt: str, response: str, content: bytes, words: bytes) -> bytes:
    """One row.

    Args:
        seq: of the call.
        started_at: epoch seconds.
        prompt: its preview.
        response: the preview of the answer.
        content: packed.
        words: one `element` after the other.
    """
    asked, answered = escaped(prompt).encode(), escaped(response).encode()
    many = len(words) // _ELEMENT
    array = _ARRAY.pack(20 + many * _ELEMENT, 1, 0, _BIGINT, many, 1) if many else _EMPTY
    return b"".join((
        _START.pack(6, 8, seq, 8, started_at),
        _LENGTH.pack(len(asked)), asked,
        _LENGTH.pack(len(answered)), answered,
        _LENGTH.pack(len(content)), content,
        array, words,
    ))  # fmt: skip


def element(number: bytes) -> bytes:
    """An element of an array of bigint from its eight bytes."""
    return b"\0\0\0\x08" + number

"""JSON from the network: read strictly first, then mended where that is harmless, and cut texts closed.

Clients and servers send invalid UTF-8 and halves of surrogate pairs; a capture cap cuts a document anywhere.
What was readable must stay readable.
"""

from __future__ import annotations

import re
from typing import Protocol, TypeVar

T_co = TypeVar("T_co", covariant=True)

_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL
)
_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{},]', re.DOTALL)
_CUT_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)$")
_HALF_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}$")
_MAX_DEPTH = 200
_MAX_TOKENS = 2_000_000


class Decoder(Protocol[T_co]):
    """Anything with msgspec's `decode`."""

    def decode(self, buf: bytes, /) -> T_co:
        """The value of a JSON text; `ValueError` if it is none."""


def read(text: bytes, decoder: Decoder[T_co]) -> T_co:
    """The value of a JSON text, invalid UTF-8 and lone surrogates replaced by U+FFFD.

    Raises:
        ValueError: it is not JSON, or not of the decoder's type, or nested too deep.
    """
    try:
        return decoder.decode(text)
    except RecursionError:
        raise ValueError("JSON is nested too deep") from None
    except ValueError:
        mended = mend(text)
        if mended == text:
            raise
    try:
        return decoder.decode(mended)
    except RecursionError:
        raise ValueError("JSON is nested too deep") from None


def read_cut(text: bytes, decoder: Decoder[T_co]) -> T_co:
    """The value of a JSON text that may end too early: open strings, lists and objects are closed.

    Raises:
        ValueError: not even its beginning is JSON of the decoder's type.
    """
    try:
        return read(text, decoder)
    except ValueError:
        last: ValueError | None = None
        for candidate in closed(text):
            try:
                return read(candidate, decoder)
            except ValueError as error:
                last = error
        if last is None:
            raise
        raise last from None


def mend(text: bytes) -> bytes:
    """The text with invalid UTF-8 and escapes of lone surrogates replaced by U+FFFD."""
    text = text.decode("utf-8", "replace").encode()
    return _ESCAPE.sub(_whole_pairs, text) if b"\\u" in text else text


def _whole_pairs(match: re.Match[bytes]) -> bytes:
    escape = match[0]
    return b"\\ufffd" if len(escape) == 6 and escape[2:3] in b"dD" and escape[3:4] in b"89abcdefABCDEF" else escape


def closed(text: bytes) -> list[bytes]:
    """Ways to close a cut JSON text, best first; empty when it is broken elsewhere or nested too deep."""
    stack: list[bytes] = []
    safe: tuple[int, bytes] | None = None
    open_string = False
    for number, token in enumerate(_TOKEN.finditer(text)):
        if number > _MAX_TOKENS:
            return []
        mark = token[0][:1]
        if mark == b'"':
            open_string = not token[1]
            continue
        if mark == b",":
            safe = (token.start(), b"".join(reversed(stack)))
        elif mark in b"{[":
            if len(stack) >= _MAX_DEPTH:
                return []
            stack.append(b"}" if mark == b"{" else b"]")
            safe = (token.end(), b"".join(reversed(stack)))
        elif not stack or stack.pop() != mark:
            return []
    ends = b"".join(reversed(stack))
    head = text.rstrip()
    if open_string:
        head = _close_string(text)
    ways = [head + ends, head + b":null" + ends, head + b"null" + ends]
    if safe is not None:
        ways.append(text[: safe[0]] + safe[1])
    return ways


def _close_string(text: bytes) -> bytes:
    """A text that ends inside a string, without a half escape or half character, and the string closed."""
    cut = _CUT_ESCAPE.search(text, max(0, len(text) - 64))
    if cut is not None:
        text = text[: cut.start(1)]
    text = _HALF_PAIR.sub(b"", text) if _HALF_PAIR.search(text, max(0, len(text) - 6)) else text
    for back in range(1, min(4, len(text) + 1)):
        if text[-back] & 0xC0 == 0xC0:  # the first byte of a character of several
            width = 2 if text[-back] < 0xE0 else 3 if text[-back] < 0xF0 else 4
            if back < width:
                text = text[:-back]
            break
        if text[-back] & 0x80 == 0:
            break
    return text + b'"'

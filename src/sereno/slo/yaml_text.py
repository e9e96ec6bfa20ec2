"""YAML as text: what the compiler writes is of few shapes and much of it, so it is put together by hand.

Strings are plain where they can be, else single-quoted, double-quoted where they hold line feeds or control characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

_PLAIN = re.compile(r"[a-zA-Z/][a-zA-Z0-9_/.:-]*[a-zA-Z0-9_/.-]", re.ASCII)
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t"}
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


@lru_cache(maxsize=16384)  # most of a thousand rules are the same names and numbers
def scalar(text: str) -> str:
    r"""A string.

    >>> print(scalar("slo:sli_error:ratio_rate5m"), scalar("it's"), scalar("5"), scalar("a\nb"), scalar("no"))
    slo:sli_error:ratio_rate5m 'it''s' '5' "a\nb" 'no'
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return _escaped(text)


def mapping(fields: Mapping[str, str], indent: int) -> str:
    """Lines `key: value` of strings, indented by so many spaces."""
    pad = " " * indent
    return "".join(f"{pad}{scalar(key)}: {scalar(value)}\n" for key, value in fields.items())


def block(text: str, indent: int) -> str:
    """A text of several lines as a literal block, with what goes behind `key:`."""
    if not text.replace("\n", "").isprintable() or text != text.strip():
        return f" {_escaped(text)}\n"
    pad = " " * indent
    return " |-\n" + "".join(f"{pad}{line}\n" if line else "\n" for line in text.split("\n"))


def _escaped(text: str) -> str:
    """A double-quoted string: what JSON would write, but for characters beyond 16 bits, which YAML writes whole."""
    return '"' + "".join(_ESCAPES.get(char) or _escape(char) for char in text) + '"'


def _escape(char: str) -> str:
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

"""YAML as text: what the compiler writes is of few shapes and much of it, so it is put together by hand.

Strings are single-quoted, or JSON's double-quoted when they hold line feeds or control characters; both are YAML.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

_PLAIN = re.compile(r"[a-zA-Z/][a-zA-Z0-9_/.:-]*[a-zA-Z0-9_/.-]", re.ASCII)
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})


def scalar(text: str) -> str:
    r"""A string.

    >>> print(scalar("slo:sli_error:ratio_rate5m"), scalar("it's"), scalar("5"), scalar("a\nb"), scalar("no"))
    slo:sli_error:ratio_rate5m 'it''s' '5' "a\nb" 'no'
    """
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    if text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text)


def mapping(fields: Mapping[str, str], indent: int) -> str:
    """Lines `key: value` of strings, indented by so many spaces."""
    pad = " " * indent
    return "".join(f"{pad}{scalar(key)}: {scalar(value)}\n" for key, value in fields.items())


def block(text: str, indent: int) -> str:
    """A text of several lines as a literal block, with what goes behind `key:`."""
    if not text.replace("\n", "").isprintable() or text != text.strip():
        return f" {json.dumps(text)}\n"
    pad = " " * indent
    return " |-\n" + "".join(f"{pad}{line}\n" if line else "\n" for line in text.split("\n"))

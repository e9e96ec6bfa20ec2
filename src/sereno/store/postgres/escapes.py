"""U+0000, which models say and PostgreSQL cannot hold, as two characters beginning with the noncharacter U+FFFF."""

from __future__ import annotations

_ESCAPE = "\uffff"


def escaped(text: str) -> str:
    """The text without U+0000; most texts are returned as they are."""
    if "\x00" in text or _ESCAPE in text:
        return text.replace(_ESCAPE, f"{_ESCAPE}1").replace("\x00", f"{_ESCAPE}0")
    return text


def unescaped(text: str) -> str:
    r"""What `escaped` was given.

    >>> unescaped(escaped("a\x00b\uffff0")) == "a\x00b\uffff0"
    True
    """
    if _ESCAPE not in text:
        return text
    return text.replace(f"{_ESCAPE}0", "\x00").replace(f"{_ESCAPE}1", _ESCAPE)

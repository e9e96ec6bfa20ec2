"""What goes over the wire otherwise than psycopg would send it.

PostgreSQL's text cannot hold U+0000, which models do say; it is kept as two characters that begin with the noncharacter
U+FFFF. Sums of whole numbers come back as whole numbers, not as `Decimal`.
"""

from __future__ import annotations

from typing import Any

from psycopg.adapt import Buffer, Dumper, Loader

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


class _TextDumper(Dumper):
    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _TextLoader(Loader):
    def load(self, data: Buffer) -> str:
        return unescaped(bytes(data).decode())


class _WholeLoader(Loader):
    def load(self, data: Buffer) -> int:
        return int(bytes(data))


def register_texts(connection: Any) -> None:
    """Let a psycopg connection send and read every text."""
    connection.adapters.register_dumper(str, _TextDumper)
    for kind in ("text", "varchar"):
        connection.adapters.register_loader(kind, _TextLoader)


def register(connection: Any) -> None:
    """Let a psycopg connection use all of these."""
    register_texts(connection)
    connection.adapters.register_loader("numeric", _WholeLoader)

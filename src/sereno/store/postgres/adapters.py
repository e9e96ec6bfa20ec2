"""What goes over the wire otherwise than psycopg would send it.

Texts are escaped (`escapes`), whole columns are arrays in binary (`arrays`). Sums of whole numbers come back as whole
numbers, not as `Decimal`.
"""

from __future__ import annotations

from typing import Any

from psycopg.adapt import Buffer, Dumper, Loader
from psycopg.pq import Format

from sereno.store.postgres.arrays import KINDS, Array
from sereno.store.postgres.escapes import escaped, unescaped


class _TextDumper(Dumper):
    def dump(self, obj: str) -> bytes:
        return escaped(obj).encode()


class _TextLoader(Loader):
    def load(self, data: Buffer) -> str:
        return unescaped(bytes(data).decode())


class _ArrayDumper(Dumper):
    format = Format.BINARY

    def __init__(self, cls: type[Array], context: Any = None) -> None:
        super().__init__(cls, context)
        self.oid = cls.oid

    def dump(self, obj: Array) -> bytes:
        return obj


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
    for array in KINDS:
        connection.adapters.register_dumper(array, _ArrayDumper)
    connection.adapters.register_loader("numeric", _WholeLoader)

"""Columns of values as arrays in PostgreSQL's binary form: many rows in one parameter a column.

psycopg adapts lists element by element, and text has to be parsed again on the other side; these take a tenth of that.
Format: `array_send` and the `…_send` of the element types in PostgreSQL's source; all numbers are big-endian.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from struct import Struct
from typing import Any, ClassVar

import numpy as np

from sereno.store.postgres.escapes import escaped

_HEAD = Struct("!iiiii")  # dimensions, whether there are NULLs, type of the elements, how many, index of the first
_EMPTY = Struct("!iii")
_LENGTH = Struct("!i").pack
_NULL = _LENGTH(-1)
_ONE_WHOLE, _ONE_REAL = Struct("!iq"), Struct("!id")
_WHOLE = np.dtype([("length", ">i4"), ("value", ">i8")])
_REAL = np.dtype([("length", ">i4"), ("value", ">f8")])


class Array(bytes):
    """An array as it goes over the wire; its class says of what.

    Attributes:
        oid: of the array's type, `element` of the type of its elements (`pg_type`).
    """

    oid: ClassVar[int]
    element: ClassVar[int]

    @classmethod
    def of(cls, many: int, parts: bytes, *, nulls: bool = False) -> Array:
        """An array of so many elements, each after its length."""
        return cls(_HEAD.pack(1, nulls, cls.element, many, 1) + parts if many else _EMPTY.pack(0, 0, cls.element))


class Bigints(Array):
    """bigint[]."""

    oid, element = 1016, 20


class Doubles(Array):
    """double precision[]."""

    oid, element = 1022, 701


class Blobs(Array):
    """bytea[]."""

    oid, element = 1001, 17


class Texts(Array):
    """text[]."""

    oid, element = 1009, 25


KINDS = (Bigints, Doubles, Blobs, Texts)


def bigints(values: Iterable[int | None]) -> Array:
    """An array of whole numbers of 64 bits; true and false are 1 and 0.

    Raises:
        OverflowError: a number has more than 64 bits.

    >>> bigints([1, None])[-16:].hex()
    '000000080000000000000001ffffffff'
    """
    return _numbers(Bigints, _ONE_WHOLE, _WHOLE, list(values))


def doubles(values: Iterable[float | None]) -> Array:
    """An array of floating-point numbers.

    >>> doubles([0.5])[-12:].hex()
    '000000083fe0000000000000'
    """
    return _numbers(Doubles, _ONE_REAL, _REAL, list(values))


def columns(rows: Sequence[Sequence[int]]) -> list[Array]:
    """Rows of whole numbers as one array a column.

    >>> columns([(1, 2), (3, 4)]) == [bigints([1, 3]), bigints([2, 4])]
    True
    """
    table = np.array(rows, dtype=np.int64).T
    packed = np.empty(table.shape, dtype=_WHOLE)
    packed["length"], packed["value"] = 8, table
    return [Bigints.of(len(rows), column.tobytes()) for column in packed]


def blobs(values: Iterable[bytes]) -> Array:
    r"""An array of bytea.

    >>> blobs([b"\x00a"])[-6:].hex()
    '000000020061'
    """
    return _strings(Blobs, list(values))


def texts(values: Iterable[str]) -> Array:
    """An array of text, each as `escapes.escaped` keeps it."""
    return _strings(Texts, [escaped(value).encode() for value in values])


def _numbers(kind: type[Array], one: Struct, shape: np.dtype[Any], values: list[Any]) -> Array:
    if None in values:
        parts = [_NULL if value is None else one.pack(8, value) for value in values]
        return kind.of(len(values), b"".join(parts), nulls=True)
    packed = np.empty(len(values), dtype=shape)
    packed["length"], packed["value"] = 8, values
    return kind.of(len(values), packed.tobytes())


def _strings(kind: type[Array], values: list[bytes]) -> Array:
    return kind.of(len(values), b"".join([part for value in values for part in (_LENGTH(len(value)), value)]))

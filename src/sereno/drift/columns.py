"""What a feature is: a column of numbers, or of words, with its missing values told apart.

Anything a caller has (lists, numpy arrays, CSV cells) becomes a `Numbers` or a `Words` here. NaN, infinities, None and
empty texts are missing: they are counted, and their share is compared like a bin of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

Kind = Literal["numeric", "categorical"]
Values: TypeAlias = Sequence[Any] | NDArray[Any]
"""A column as callers have it: one value a row."""


class Numbers(msgspec.Struct, frozen=True, eq=False):
    """A numeric column.

    Attributes:
        values: float64 or float32, shape (rows,); what is not finite is missing.
    """

    values: NDArray[np.floating[Any]]

    @property
    def rows(self) -> int:
        """How many rows there are, with missing ones."""
        return int(self.values.size)


class Words(msgspec.Struct, frozen=True, eq=False):
    """A categorical column: the order of its rows does not matter, so their counts say all.

    Attributes:
        counts: rows by category, each positive.
        missing: rows without a category.
    """

    counts: Mapping[str, int]
    missing: int = 0

    @property
    def rows(self) -> int:
        """How many rows there are, with missing ones."""
        return sum(self.counts.values()) + self.missing


Column: TypeAlias = Numbers | Words


def column(values: Values | Column, kind: Kind | None = None) -> Column:
    """A column of what a caller has.

    Args:
        values: one value a row.
        kind: what it must become, as the reference says; None lets the values decide: numbers are
            numeric, everything else (booleans too) is categorical.

    Raises:
        ValueError: it has more than one dimension.

    >>> column(["a", "b", "a", None]).counts
    {'a': 2, 'b': 1}
    >>> column([1, 2.5, None]).values
    array([1. , 2.5, nan])
    """
    if isinstance(values, Numbers | Words):
        return values if kind is None or kind == kind_of(values) else _as(values, kind)
    array = values if isinstance(values, np.ndarray) else None
    if array is not None and array.ndim != 1:
        raise ValueError(f"a column has one dimension, not {array.ndim}")
    if array is not None and array.dtype.kind in "fiu":
        numbers = Numbers(array if array.dtype in {np.float64, np.float32} else array.astype(np.float64))
        return numbers if kind != "categorical" else _as(numbers, kind)
    items: Sequence[Any] = array.tolist() if array is not None else values  # type: ignore[assignment]
    if kind is None:
        kind = "numeric" if _all_numbers(items) else "categorical"
    return Numbers(_floats(items)) if kind == "numeric" else words(items)


def kind_of(found: Column) -> Kind:
    """`numeric` or `categorical`."""
    return "numeric" if isinstance(found, Numbers) else "categorical"


def words(items: Sequence[Any]) -> Words:
    """Counts of categories; `1`, `1.0` and `"1"` are one.

    >>> words([1, 1.0, "1", "1.0", True, "", float("nan")]).counts
    {'1': 4, 'true': 1}
    """
    counts: dict[str, int] = {}
    missing = 0
    for item, count in _counted(items):
        name = category(item)
        if name is None:
            missing += count
        else:
            counts[name] = counts.get(name, 0) + count
    return Words(counts, missing)


def category(item: Any) -> str | None:
    """The name of a category: numbers are written one way, whole or not; None if it is missing.

    >>> [category(item) for item in (1, 1.0, "1.00", "01", " a ", None, float("inf"), False)]
    ['1', '1', '1', '01', 'a', None, None, 'false']
    """
    if item is None:
        return None
    if isinstance(item, bool | np.bool_):
        return "true" if item else "false"
    if isinstance(item, int | float | np.number):
        try:
            number = float(item)
        except OverflowError:  # an integer beyond all floats
            return hex(int(item))
        return _number(number) if isfinite(number) else None
    text = (item.decode("utf-8", "replace") if isinstance(item, bytes) else str(item)).strip()
    if not text or text.lower() == "nan":
        return None
    whole, point, fraction = text.partition(".")
    return whole if point and whole.lstrip("-").isdecimal() and not fraction.strip("0") else text


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 2**63 else repr(value)


def _counted(items: Sequence[Any]) -> Iterable[tuple[Any, int]]:
    try:
        counts = Counter(items)
    except TypeError:  # lists and other objects that cannot be hashed: count what they look like
        return Counter(map(str, items)).items()
    if True in counts or False in counts:  # Python takes True and 1 for one key
        apart = Counter((isinstance(item, bool), item) for item in items)
        return [(item, count) for (_, item), count in apart.items()]
    return counts.items()


def _all_numbers(items: Sequence[Any]) -> bool:
    """Whether every value that is there is a number; a column without any value is categorical."""
    kinds = set(map(type, items)) - {type(None)}
    return bool(kinds) and all(issubclass(kind, int | float | np.number) and kind is not bool for kind in kinds)


def _floats(items: Sequence[Any]) -> NDArray[np.float64]:
    try:
        return np.array(items, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return np.array([_float(item) for item in items], dtype=np.float64)


def _float(item: Any) -> float:
    """A number, or NaN where it is none."""
    try:
        return float(item)
    except (TypeError, ValueError, OverflowError):
        return float("nan")


def _as(found: Column, kind: Kind) -> Column:
    """A column of the other kind: the reference has decided what it is."""
    if isinstance(found, Numbers) and kind == "categorical":
        return words(found.values.tolist())
    if isinstance(found, Words) and kind == "numeric":
        numbers = [_float(name) for name in found.counts]
        values = np.repeat(numbers, list(found.counts.values()))
        return Numbers(np.append(values, np.full(found.missing, np.nan)))
    return found

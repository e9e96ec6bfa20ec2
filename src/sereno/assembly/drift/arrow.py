"""Arrow tables to the columns that drift compares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sereno.drift.columns import Column, Numbers, Words, category

FEW = 20
"""A column of so few different texts is categorical even if they are numbers."""
MOSTLY = 0.9
"""A column of texts of which so many are numbers is numeric; the others are missing values written as words."""


def columns_of(table: pa.Table) -> dict[str, Column]:
    """The columns that can be compared, by name; times and nested values are left out (`left_out` names them)."""
    return {
        field.name: _column(table.column(at)) for at, field in enumerate(table.schema) if not _passed_over(field.type)
    }


def floats_of(table: pa.Table, name: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A column as numbers in the order of its rows: true is 1, false 0, what is missing NaN.

    Raises:
        ValueError: it is not there, or holds something else.
    """
    if name not in table.column_names:
        raise ValueError(f"there is no column {name!r}; there are {', '.join(table.column_names)}")
    values = table.column(name)
    try:
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        if pa.types.is_boolean(values.type):
            values = values.cast(pa.int8())
        elif pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            truth = {"true": "1", "false": "0", "": None}
            values = pa.chunked_array([[truth.get(str(v).strip().lower(), v) for v in values.to_pylist()]], pa.string())
        return _floats(values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise ValueError(
            f"column {name!r} holds {values.type} that are no numbers; expected 0, 1 or a score"
        ) from error


def left_out(table: pa.Table) -> list[str]:
    """Names of columns that are not compared: a time always differs, and lists and structures have no order."""
    return [field.name for field in table.schema if _passed_over(field.type)]


def _passed_over(kind: pa.DataType) -> bool:
    return bool(pa.types.is_temporal(kind) or pa.types.is_nested(kind))


def _column(values: pa.ChunkedArray) -> Column:
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _words(values.cast(kind.value_type))
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Numbers(_floats(values))
    if pa.types.is_null(kind):
        return Words({}, len(values))
    return _words(values)


def _floats(values: pa.ChunkedArray) -> np.ndarray[Any, np.dtype[np.float64]]:
    floats = pc.cast(values, pa.float64(), safe=False)
    return np.asarray(floats.to_numpy())


def _words(values: pa.ChunkedArray) -> Column:
    counted = values.value_counts()
    items = counted.field("values").to_pylist()
    counts = counted.field("counts").to_pylist()
    found: dict[str, int] = {}
    missing = 0
    for item, count in zip(items, counts, strict=True):
        name = category(item)
        if name is None:
            missing += count
        else:
            found[name] = found.get(name, 0) + count
    if len(found) > FEW:
        numbers = {name: value for name in found if (value := _number(name)) is not None}
        if sum(found[name] for name in numbers) >= MOSTLY * sum(found.values()):
            repeated = np.repeat(list(numbers.values()), [found[name] for name in numbers])
            return Numbers(np.append(repeated, np.full(len(values) - len(repeated), np.nan)))
    return Words(found, missing)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None

"""Tables (CSV, Parquet, a query's result; as pyarrow holds them) become a chart."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sereno.errors import QueryError
from sereno.explain.columns import Column, Columns, charted
from sereno.explain.frame import Chart
from sereno.explain.written import numbers_in

Floats = NDArray[np.float64]
TIME_NAMES = ("time", "timestamp", "ts", "date", "datetime", "_time", "day", "hour", "started_at", "ended_at", "fecha")
"""Columns of numbers or text with these names hold times; other columns do only by their type."""


def chart_of_table(table: Any, *, title: str = "", time: str | None = None, tz: str = "UTC") -> Chart:
    """A chart of a table.

    The time column is `time`, or the first of a time type, or the first with one of `TIME_NAMES` that reads as times:
    ISO 8601 text, or epoch seconds, milliseconds, microseconds or nanoseconds (told apart by their size). Columns of
    numbers are series; see `sereno.explain.columns.charted` for words.

    Args:
        table: a `pyarrow.Table`.
        title: of the chart.
        time: name of the time column.
        tz: IANA zone of the reader.

    Raises:
        QueryError: the table has no columns of numbers, or no column of that name, or it holds no times.
    """
    names = [str(name) for name in table.column_names]
    if time is not None and time not in names:
        raise QueryError("time", f"the table has no column {time!r}; it has {', '.join(names[:20])}", "a column's name")
    chosen = time if time is not None else _time_column(table, names)
    columns: list[Column] = []
    for index, name in enumerate(names):
        column = table.column(index)
        if name == chosen:
            times = _times(column)
            if times is None:
                raise QueryError("time", f"the column {name!r} holds no times", "ISO 8601 text or epoch seconds")
            columns.append(Column(name, times=times))
        else:
            columns.append(_column(name, column))
    if not any(column.numbers is not None for column in columns):
        raise QueryError(
            "file", f"the table has no column of numbers; it has {', '.join(names[:20]) or 'none'}", "a numeric column"
        )
    return charted([Columns("", tuple(columns))], title=title, tz=tz)


def _time_column(table: Any, names: list[str]) -> str | None:
    typed = [name for name, column in zip(names, table.columns, strict=True) if pa.types.is_temporal(column.type)]
    if typed:
        return typed[0]
    lowered = {name.lower(): name for name in reversed(names)}
    for wanted in TIME_NAMES:
        name = lowered.get(wanted)
        if name is not None and _times(table.column(names.index(name))) is not None:
            return name
    return None


def _column(name: str, column: Any) -> Column:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
        kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return Column(name, numbers=_floats(column))
    if pa.types.is_null(kind):
        return Column(name, numbers=np.full(len(column), np.nan))
    texts = ["" if value is None else str(value) for value in column.to_pylist()]
    read = numbers_in(texts)
    return Column(name, words=tuple(texts)) if read is None else Column(name, numbers=read[0], unit=read[1])


def _floats(column: Any) -> Floats:
    values = column.cast(pa.float64(), safe=False)
    return np.asarray(pc.fill_null(values, float("nan")).to_numpy(zero_copy_only=False), dtype=np.float64)


def _times(column: Any) -> Floats | None:
    """Epoch seconds of a column; None if it holds no times."""
    kind = column.type
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return None
    if pa.types.is_temporal(kind):
        whole = column.cast(pa.timestamp("us", tz=kind.tz) if pa.types.is_timestamp(kind) else pa.timestamp("us"))
        return _floats(whole.cast(pa.int64())) / 1e6
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _scaled(_floats(column))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _read_times(column)
    return None


def _read_times(column: Any) -> Floats | None:
    texts = [None if value is None or not value.strip() else value.strip() for value in column.to_pylist()]
    if not any(texts):
        return None
    try:
        numbers = np.array([np.nan if text is None else float(text) for text in texts])
    except ValueError:
        pass
    else:
        return _scaled(numbers)
    read = np.full(len(texts), np.nan)
    for index, text in enumerate(texts):
        if text is None:
            continue
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        read[index] = (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()
    return read


def _scaled(numbers: Floats) -> Floats | None:
    """Epoch seconds of epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size."""
    known = np.abs(numbers[np.isfinite(numbers)])
    if len(known) == 0:
        return None
    size = float(np.median(known))
    for scale in (1.0, 1e3, 1e6, 1e9):
        if size / scale < 1e10:
            return numbers / scale
    return None

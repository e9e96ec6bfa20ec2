"""Exports: calls → a file in json, jsonl, csv or parquet, piece by piece, in constant memory.

All four carry the same messages (`message.FIELDS`, whole texts). CSV cells that a spreadsheet would run are
neutralised; in Parquet `timestamp` is a UTC timestamp in microseconds instead of text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import msgspec

from sereno.calls import Call
from sereno.query.cells import neutralised
from sereno.query.message import FIELDS, CallMessage, message
from sereno.query.times import micros

Format = Literal["json", "jsonl", "csv", "parquet"]

MEDIA_TYPES: dict[Format, str] = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8; header=present",
    "parquet": "application/vnd.apache.parquet",
}
PIECE_BYTES = 64 * 1024
ROW_GROUP_ROWS = 10_000
ROW_GROUP_BYTES = 8 * 1024 * 1024
_encoder = msgspec.json.Encoder()


def file_name(form: Format) -> str:
    """The download's name."""
    return f"ollama_analytics.{form}"


def export(calls: Iterable[Call], form: Format) -> Iterator[bytes]:
    """The pieces of a file; an error of `calls` passes through, the file then has no proper end."""
    return _WRITERS[form](calls)


def _pieces(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Small parts joined to pieces worth a write each."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        if len(buffer) >= PIECE_BYTES:
            yield bytes(buffer)
            buffer.clear()
    if buffer:
        yield bytes(buffer)


def json_list(items: Iterable[msgspec.Struct]) -> Iterator[bytes]:
    """A JSON array, one item a line."""
    before = b"[\n"
    for item in items:
        yield before + _encoder.encode(item)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def _json(calls: Iterable[Call]) -> Iterator[bytes]:
    return _pieces(json_list(message(call, None) for call in calls))


def _jsonl(calls: Iterable[Call]) -> Iterator[bytes]:
    return _pieces(_encoder.encode(message(call, None)) + b"\n" for call in calls)


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return neutralised(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def csv_rows(messages: Iterable[CallMessage]) -> Iterator[bytes]:
    """A header and a line (RFC 4180) for each message."""
    text = io.StringIO()
    writer = csv.writer(text)

    def line(cells: Iterable[Any]) -> bytes:
        writer.writerow(cells)
        encoded = text.getvalue().encode("utf-8", "replace")
        text.seek(0)
        text.truncate()
        return encoded

    yield line(FIELDS)
    for item in messages:
        yield line(_cell(getattr(item, name)) for name in FIELDS)


def _csv(calls: Iterable[Call]) -> Iterator[bytes]:
    return _pieces(csv_rows(message(call, None) for call in calls))


class _Sink(io.RawIOBase):
    """What pyarrow writes to: keeps what was written until it is taken."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self.parts.append(part)
        return len(part)

    def take(self) -> bytes:
        taken = b"".join(self.parts)
        self.parts.clear()
        return taken


def _parquet(calls: Iterable[Call]) -> Iterator[bytes]:
    import pyarrow as pa  # noqa: PLC0415  # 100 ms and 60 MB that only this format needs
    import pyarrow.parquet as pq  # noqa: PLC0415  # same

    kinds = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}
    schema = pa.schema([
        pa.field(name, kinds.get(str(kind).partition(" ")[0], pa.string()))
        for name, kind in CallMessage.__annotations__.items()
    ])  # fmt: skip
    schema = schema.set(FIELDS.index("timestamp"), pa.field("timestamp", pa.timestamp("us", tz="UTC")))
    sink = _Sink()
    writer = pq.ParquetWriter(sink, schema, compression="zstd")
    columns: dict[str, list[Any]] = {name: [] for name in FIELDS}
    size = 0

    def flush() -> bytes:
        writer.write_table(pa.table(columns, schema=schema))
        for column in columns.values():
            column.clear()
        return sink.take()

    for call in calls:
        row = message(call, None)
        for name in FIELDS:
            columns[name].append(micros(call.started_at) if name == "timestamp" else getattr(row, name))
        size += len(row.prompt) + len(row.response)
        if len(columns["id"]) >= ROW_GROUP_ROWS or size >= ROW_GROUP_BYTES:
            size = 0
            yield flush()
    yield flush() if columns["id"] else b""
    writer.close()
    yield sink.take()


_WRITERS: dict[Format, Callable[[Iterable[Call]], Iterator[bytes]]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "parquet": _parquet,
}

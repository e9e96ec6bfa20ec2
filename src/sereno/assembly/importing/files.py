"""Files of calls: opened, uncompressed, read one call at a time in constant memory."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, cast

import msgspec

from sereno.assembly.importing.messages import call_of, from_cells, from_json
from sereno.errors import ConfigError
from sereno.query.times import rfc3339
from sereno.store.base import Record
from sereno.trust.redact import redact
from sereno.wire.captures import exchanges, parse_capture
from sereno.wire.decode import decode
from sereno.wire.images import without_images

LONGEST_LINE = 256 * 1024**2
"""A line of more bytes is no call."""
FORMATS = ("jsonl", "json", "csv", "parquet")


def records(path: Path, salt: bytes, read: Callable[[int], None]) -> Iterator[Record]:
    """The calls in a file.

    Args:
        path: `NAME.jsonl`, `.json`, `.csv` (each also `.gz`, `.zst`), `.parquet`, or a capture (`.json`).
        salt: for replacing credentials in captures.
        read: told how many bytes of the file are read.

    Raises:
        ConfigError: the file cannot be read or is none of these; the sentence names file and line.
    """
    endings = [ending.removeprefix(".") for ending in path.suffixes]
    compression = endings.pop() if endings and endings[-1] in {"gz", "zst"} else ""
    form = endings[-1] if endings else ""
    if form not in FORMATS or (form == "parquet" and compression):
        raise ConfigError(f"{path} is none of {', '.join(FORMATS)} (each also with .gz or .zst, but parquet)")
    reader = {"jsonl": _json_lines, "json": _json, "csv": _csv, "parquet": _parquet}[form]
    try:
        with _opened(path, compression) as (file, raw):
            for record in reader(path, file, salt):
                read(raw.tell())
                yield record
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error
    except EOFError as error:
        raise ConfigError(f"{path} ends early: {error}") from error


@contextmanager
def _opened(path: Path, compression: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The uncompressed file, and the file itself, whose position shows the progress."""
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        if compression == "gz":
            yield stack.enter_context(cast("IO[bytes]", gzip.GzipFile(fileobj=raw))), raw
        elif compression == "zst":
            import zstandard  # noqa: PLC0415  only this ending needs it

            reader = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
            try:
                yield cast("IO[bytes]", io.BufferedReader(cast("Any", reader))), raw
            except zstandard.ZstdError as error:
                raise ConfigError(f"{path} is no zstd file: {error}") from error
        else:
            yield raw, raw


def _json_lines(path: Path, file: IO[bytes], _salt: bytes) -> Iterator[Record]:
    for number, line in enumerate(_lines(path, file), 1):
        text = line.strip()
        if text:
            yield _record(path, number, lambda text=text: call_of(from_json(text)))  # type: ignore[misc]


def _json(path: Path, file: IO[bytes], salt: bytes) -> Iterator[Record]:
    """An exported array, one call a line as `calls export` writes it or in any other layout; or a capture."""
    first = file.readline(LONGEST_LINE).strip()
    if first == b"[":
        for number, line in enumerate(_lines(path, file), 2):
            text = line.strip().rstrip(b",")
            if text and text != b"]":
                yield _record(path, number, lambda text=text: call_of(from_json(text)))  # type: ignore[misc]
        return
    document = first + file.read()
    if not document.startswith(b"["):
        yield from _capture(path, document, salt)
        return
    try:
        items = msgspec.json.decode(document, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path} is no JSON: {error}") from error
    for number, item in enumerate(items, 1):
        yield _record(path, number, lambda item=item: call_of(from_json(bytes(item))))  # type: ignore[misc]


def _capture(path: Path, document: bytes, salt: bytes) -> Iterator[Record]:
    try:
        found = exchanges(parse_capture(document))
    except ValueError as error:
        raise ConfigError(f"{path} is neither an export of calls nor a capture: {error}") from error
    for exchange in found:
        safe = msgspec.structs.replace(
            exchange,
            request_headers=redact(list(exchange.request_headers), salt),
            response_headers=redact(list(exchange.response_headers), salt),
        )
        yield Record(decode(safe), without_images(safe))


def _csv(path: Path, file: IO[bytes], _salt: bytes) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_LINE)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    rows = csv.DictReader(text, strict=True)
    try:
        for row in rows:
            yield _record(path, rows.line_num, lambda row=row: call_of(from_cells(row)))  # type: ignore[misc]
    except (csv.Error, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}:{rows.line_num} is no CSV: {error}") from error


def _parquet(path: Path, file: IO[bytes], _salt: bytes) -> Iterator[Record]:
    import pyarrow as pa  # noqa: PLC0415  100 ms that only this format needs
    import pyarrow.parquet as pq  # noqa: PLC0415  same

    try:
        batches = pq.ParquetFile(file).iter_batches(batch_size=1000)
        for batch in batches:
            for number, row in enumerate(batch.to_pylist(), 1):
                yield _record(path, number, lambda row=row: call_of(from_cells(_dated(row))))  # type: ignore[misc]
    except pa.ArrowInvalid as error:
        raise ConfigError(f"{path} is no Parquet file: {error}") from error


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    moment = row.get("timestamp")
    return {**row, "timestamp": rfc3339(moment.timestamp())} if isinstance(moment, datetime) else row


def _lines(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise ConfigError(f"{path} has a line of more than {LONGEST_LINE} bytes")
        yield line


def _record(path: Path, number: int, make: Callable[[], Any]) -> Record:
    try:
        return Record(make(), None)
    except ValueError as error:
        raise ConfigError(f"{path}:{number} is no exported call: {error}") from error

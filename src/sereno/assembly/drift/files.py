"""CSV and Parquet files as Arrow tables; whatever is wrong with one is told in a sentence."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from sereno.errors import ConfigError

ENDINGS = (".csv", ".csv.gz", ".tsv", ".parquet")
_DELIMITERS = ",;\t|"
_COLUMN = re.compile(r"In CSV column #([0-9]+)")
LONGEST_REASON = 200


def read_table(path: Path) -> pa.Table:
    """The table in a file.

    Raises:
        ConfigError: it cannot be read, is no such file, or two of its columns have one name.
    """
    if not path.name.lower().endswith(ENDINGS):
        raise ConfigError(f"{path} ends in none of {', '.join(ENDINGS)}")
    try:
        table = pq.read_table(path) if path.suffix.lower() == ".parquet" else _csv(path)
        names = table.column_names
    except FileNotFoundError as error:
        raise ConfigError(f"{path} does not exist") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {_reason(error)}") from error
    except (pa.ArrowException, UnicodeDecodeError) as error:
        kind = "Parquet" if path.suffix.lower() == ".parquet" else "CSV"
        raise ConfigError(f"{path} is no sound {kind} file: {_reason(error)}") from error
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ConfigError(f"{path} has more than one column {twice[0]!r}; give each its own name")
    return table


def _csv(path: Path) -> pa.Table:
    """A CSV file. Types come of its first block; a column that turns out otherwise is read as numbers, then as text."""
    with pa.input_stream(str(path), compression="gzip" if path.suffix.lower() == ".gz" else None) as file:
        head = file.read(65_536).partition(b"\n")[0].decode("utf-8", "replace").lstrip("\ufeff")
    delimiter = max(_DELIMITERS, key=head.count) if head else ","
    types: dict[str, pa.DataType] = {}
    while True:
        try:
            return pyarrow.csv.read_csv(
                path,
                parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(column_types=types, strings_can_be_null=True),
            )
        except pa.ArrowInvalid as error:
            found = _COLUMN.search(str(error))
            if found is None:
                raise
            name = _names(head, delimiter)[int(found[1])]
            if types.get(name) == pa.string():
                raise
            types[name] = pa.string() if name in types else pa.float64()


def _names(head: str, delimiter: str) -> list[str]:
    import csv  # noqa: PLC0415  only a column of mixed types needs it

    return next(csv.reader([head.rstrip("\r")], delimiter=delimiter))


def _reason(error: Exception) -> str:
    """What Arrow says, on one line and not longer than a line."""
    text = " ".join(str(error).split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"

"""What can be compared: a file, or a time range of the record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow as pa

from sereno.assembly.drift.arrow import columns_of, left_out
from sereno.assembly.drift.files import ENDINGS, read_table
from sereno.assembly.store import open_store
from sereno.config.table import Settings
from sereno.drift.columns import Column
from sereno.drift.traffic import CATEGORICAL, NUMERIC, features_of
from sereno.errors import ConfigError
from sereno.query.times import TIME_EXPECTED, parse_time
from sereno.store.base import CallQuery

RANGE = ".."
EXPECTED = f"a file ({', '.join(ENDINGS)}) or a time range of the record such as 14d..7d"


class Source(msgspec.Struct, frozen=True, eq=False):
    """Rows to compare.

    Attributes:
        name: as it was asked for.
        table: the rows, in their order.
    """

    name: str
    table: pa.Table

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return int(self.table.num_rows)

    @property
    def left_out(self) -> Sequence[str]:
        """Columns that are not compared: times, lists and structures."""
        return left_out(self.table)

    def columns(self, start: int = 0, rows: int | None = None) -> dict[str, Column]:
        """The columns of some of its rows."""
        return columns_of(self.table.slice(start, rows))

    def only(self, names: Sequence[str], exclude: Sequence[str]) -> Source:
        """The same rows with these columns; all where none is named.

        Raises:
            ConfigError: a column is not there.
        """
        known = self.table.column_names
        unknown = [name for name in (*names, *exclude) if name not in known]
        if unknown:
            raise ConfigError(f"{self.name} has no column {unknown[0]!r}; it has {', '.join(known)}")
        return Source(self.name, self.table.select([n for n in names or known if n not in exclude]))


def open_source(text: str, settings: Settings, now: float, model: str | None = None) -> Source:
    """The rows that a text names.

    Args:
        text: path of a file, or `FROM..UNTIL`.
        settings: say where the record is.
        now: epoch seconds that ages count back from.
        model: only calls of this model, for time ranges.

    Raises:
        ConfigError: it is neither, or the file cannot be read.
        StoreError: the record cannot be opened.
    """
    path = Path(text).expanduser()
    if RANGE in text and not path.exists():
        return Source(text, _recorded(text, settings, now, model))
    if not path.exists():
        raise ConfigError(f"{text} does not exist; expected {EXPECTED}")
    return Source(text, read_table(path))


def _recorded(text: str, settings: Settings, now: float, model: str | None) -> pa.Table:
    start, _, end = text.partition(RANGE)
    try:
        query = CallQuery(
            start=parse_time(start, now), end=parse_time(end or "now", now), model=model, llm=True, newest_first=False
        )
    except ValueError as error:
        raise ConfigError(f"{text} is no time range: {error}; each side is {TIME_EXPECTED}") from error
    if query.start is not None and query.end is not None and query.start >= query.end:
        raise ConfigError(f"{text} ends before it begins; write FROM{RANGE}UNTIL, the earlier time first")
    store = open_store(settings, read_only=True)
    try:
        rows = [features_of(call) for call in store.export(query)]
    finally:
        store.close()
    kinds = [(name, pa.float64()) for name in NUMERIC] + [(name, pa.string()) for name in CATEGORICAL]
    arrays = [pa.array([row[at] for row in rows], kind) for at, (_, kind) in enumerate(kinds)]
    return pa.table(arrays, names=[name for name, _ in kinds])

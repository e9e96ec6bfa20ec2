"""The tables of a SQL store as a copy sees them: columns that every backend has, and a key to read them along.

What follows from other columns (search, digests, the parts of months) is not copied but made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sereno.metrics.rollups import FIGURES, ROLLUPS
from sereno.store.sql.cells import keys_of
from sereno.store.sql.columns import COLUMNS


class Table(NamedTuple):
    """One table.

    Attributes:
        name: in every backend.
        columns: to copy.
        key: columns that order the rows, each different.
        grows: whether rows are only added, at the end of the key, so that an interrupted copy can go on from there.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    grows: bool = False


_SUMS = ("first_at", "last_at", "calls", "errors", "input_tokens", "output_tokens", "tokens", "cost_nanos")
TABLES: tuple[Table, ...] = (
    Table("names", ("id", "name"), ("id",), grows=True),
    Table("calls", COLUMNS, ("seq",), grows=True),
    Table("bodies", ("seq", "started_at", "prompt", "response", "content"), ("seq",), grows=True),
    Table("sessions", ("id", "name", *_SUMS), ("id",)),
    Table("talks", ("session", "user", "first_at", "last_at"), ("session", "user")),
    *(Table(r.name, (*keys_of(r), *FIGURES, "slots"), keys_of(r)) for r in ROLLUPS),
    Table("threads", ("conversation", "owner", "session", "started_at"), ("conversation", "owner")),
    Table("counters", ("metric", "labels", "value"), ("metric", "labels")),
    Table("histograms", ("metric", "labels", "nanos", "exact", "sparse"), ("metric", "labels")),
    Table("model_slots", ("model", "label"), ("model",)),
    Table("leases", ("name", "holder", "until"), ("name",)),
    Table("batches", ("number", "id"), ("number",)),
    Table("positions", ("instance", "worker", "segment", "offset"), ("instance", "worker")),
    Table("state", ("one", "last_sequence", "calls", "internal_calls", "bodies", "longest"), ("one",)),
)
"""In the order in which they are copied: what makes a store whole comes last."""


def quoted(columns: Sequence[str]) -> str:
    """A list of columns, of which some have names that SQL uses itself."""
    return ", ".join(f'"{column}"' for column in columns)


class Tables(Protocol):
    """The tables of one store.

    Attributes:
        name: of the store, for messages.
    """

    name: str

    def read(self) -> AbstractContextManager[Any]:
        """A connection in one transaction, in which everything stays as it is."""

    def write(self) -> AbstractContextManager[Any]:
        """A connection in a transaction that is committed at the end."""

    def insert(self, connection: Any, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, and what follows from them."""

    def finish(self, connection: Any) -> None:
        """After the last row: let new numbers begin beyond those that were copied."""


Tell = Callable[[str, int], None]
"""Called with the name of a table and how many rows more of it are done."""

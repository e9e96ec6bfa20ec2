"""`Answers`: what every SQL store answers in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec

from sereno.calls import Call, Position
from sereno.metrics.increments import Increments
from sereno.store.base import (
    CallDetail,
    CallQuery,
    Dimension,
    Group,
    Page,
    SessionRow,
    SessionSort,
    ThreadKey,
    UserRow,
    UserSort,
)
from sereno.store.sql.aggregate import aggregate
from sereno.store.sql.batches import positions
from sereno.store.sql.conversations import Conversations
from sereno.store.sql.counters import counters
from sereno.store.sql.dialect import Asking, Connection, Dialect, Texts
from sereno.store.sql.ordering import cursor_of
from sereno.store.sql.reading import EXPORT_PAGE, Reader
from sereno.store.sql.users import Users


class Answers:
    """The reading half of `store.base.Store`.

    Args:
        read: lends a connection inside one transaction.
        names: numbers of texts.
        sessions: numbers of conversations.
        dialect: of the database.
    """

    def __init__(
        self, read: Callable[[], AbstractContextManager[Any]], names: Texts, sessions: Texts, dialect: Dialect
    ) -> None:
        self._read = read
        self._texts = names, sessions
        self._dialect = dialect

    def positions(self) -> Sequence[Position]:
        """Up to where every known worker's journal is stored."""
        with self._read() as connection:
            return positions(connection)

    def threads(self, keys: Sequence[ThreadKey], since: float) -> Mapping[ThreadKey, str]:
        """Sessions by conversation and owner; conversations are remembered for two days."""
        with self._reader() as reader:
            return reader.threads(keys, since)

    def calls(self, query: CallQuery) -> Page:
        """A page of calls."""
        with self._reader() as reader:
            return reader.page(query)

    def calls_after(self, sequence: int, limit: int, query: CallQuery | None = None) -> Sequence[tuple[int, Call]]:
        """Calls in the order of ingest."""
        with self._reader() as reader:
            return reader.after(sequence, limit, query or CallQuery(internal=None))

    def last_sequence(self) -> int:
        """The highest ingest sequence, -1 when empty."""
        with self._read() as connection:
            return int(connection.execute("SELECT last_sequence FROM state").fetchone()[0])

    def call(self, call_id: str) -> CallDetail | None:
        """One call with its bodies."""
        with self._reader() as reader:
            return reader.detail(call_id)

    def export(self, query: CallQuery) -> Iterator[Call]:
        """All calls that match; each page is a transaction of its own, so a slow client holds nothing back."""
        step = msgspec.structs.replace(query, limit=EXPORT_PAGE, offset=0, cursor=None)
        while True:
            with self._reader() as reader:
                calls = reader.whole(step)
            yield from calls
            if len(calls) < EXPORT_PAGE:
                return
            step = msgspec.structs.replace(step, cursor=cursor_of(step, calls[-1]))

    def count(self, query: CallQuery, at_most: int | None = None) -> int:
        """How many calls match; counting ends at `at_most`."""
        with self._reader() as reader:
            return reader.count(query, at_most)

    def aggregate(
        self,
        query: CallQuery,
        by: Sequence[Dimension] = (),
        interval: float | None = None,
        tz: str = "UTC",
        *,
        histograms: bool = True,
    ) -> Sequence[Group]:
        """Sums by dimension and interval."""
        with self._read() as connection:
            return aggregate(self._asking(connection), query, by, interval, tz, histograms=histograms)

    def unique_users(self, query: CallQuery) -> int:
        """How many different users the matching calls have."""
        with self._read() as connection:
            return Users(self._asking(connection), query).unique()

    def sessions(self, query: CallQuery, sort: SessionSort = "last") -> Sequence[SessionRow]:
        """Whole conversations that have a matching call."""
        with self._read() as connection:
            return Conversations(self._asking(connection)).listed(query, sort)

    def users(self, query: CallQuery, sort: UserSort = "calls") -> Sequence[UserRow]:
        """Users of the matching calls."""
        with self._read() as connection:
            return Users(self._asking(connection), query).listed(sort)

    def models(self) -> Sequence[str]:
        """Every canonical model name that has calls, sorted."""
        with self._reader() as reader:
            return reader.models()

    def counters(self) -> Increments:
        """Every counter and histogram since the store began."""
        with self._read() as connection:
            return counters(connection)

    def model_slots(self) -> Mapping[str, str]:
        """Canonical model name → label value."""
        with self._read() as connection:
            return dict(connection.execute("SELECT model, label FROM model_slots").fetchall())

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        with self._read() as connection:
            yield Reader(self._asking(connection))

    def _asking(self, connection: Connection) -> Asking:
        return Asking(connection, *self._texts, self._dialect)

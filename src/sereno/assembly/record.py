"""The record as the command line reads it: from the data folder, or over HTTP from a keeper elsewhere.

Questions are the API's query parameters, answers its messages, whichever way they come.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, Literal, Protocol, Self, cast

import msgspec

from sereno.calls import Call
from sereno.categories.calls import verdict_of
from sereno.categories.categorise import Verdict
from sereno.config.categories import categoriser_of
from sereno.config.table import Settings
from sereno.errors import QueryError
from sereno.query.detail import detail
from sereno.query.export import Format, export
from sereno.query.fields import FILTERS, FORMAT, LIMIT, PAGING
from sereno.query.message import CallMessage, message
from sereno.query.models import resolve_model
from sereno.query.parameters import Values, read
from sereno.query.problems import Problem
from sereno.query.rows import ModelList, model_list
from sereno.store.base import CallQuery, Store

Pairs = Sequence[tuple[str, str]]
FOLLOW_SECONDS = 0.25
"""How often a tail of the data folder looks for new calls."""


class Export(msgspec.Struct, frozen=True):
    """A file on its way.

    Attributes:
        pieces: its bytes.
        total: how many units it will hold, None if nobody knows yet.
        done: how many units went into the pieces so far.
        unit: `calls`, or `bytes` where calls cannot be counted on the way.
    """

    pieces: Iterator[bytes]
    total: int | None
    done: Callable[[], int]
    unit: Literal["calls", "bytes"] = "calls"


class Record(Protocol):
    """What commands ask of the record."""

    def page(self, pairs: Pairs) -> tuple[Sequence[CallMessage], bool]:
        """Calls that match, and whether there are more."""

    def detail(self, call_id: str) -> dict[str, Any]:
        """One call as `/analytics/messages/{id}` tells it; `QueryError` if there is none."""

    def latest_ids(self, limit: int) -> Iterator[str]:
        """Ids of the latest calls of every operation, newest first."""

    def follow(self, pairs: Pairs, first: int) -> Iterator[CallMessage]:
        """The latest `first` calls that match, then every new one; never ends."""

    def export(self, pairs: Pairs) -> Export:
        """A file of all calls that match."""

    def models(self, pairs: Pairs) -> ModelList:
        """Figures by model."""

    def __enter__(self) -> Self:
        """Itself."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it."""


def open_record(settings: Settings) -> Record:
    """The record that `client.url` names, else that of the data folder, for reading only.

    Raises:
        StoreError: there is none yet, or it cannot be opened.
    """
    if settings.client.url:
        from sereno.assembly.remote import RemoteRecord  # noqa: PLC0415  brings httpx, which few calls need

        return RemoteRecord(settings.client.url, settings.client.key.reveal())
    from sereno.assembly.store import open_store  # noqa: PLC0415  brings the concrete store

    return StoreRecord(open_store(settings, read_only=True), why_category=why_category_of(settings))


def why_category_of(settings: Settings) -> Callable[[Call], Verdict | None]:
    """What speaks for a call's category by the settings in force, as a keeper would tell."""

    def why(call: Call) -> Verdict | None:
        categoriser = categoriser_of(settings)
        return None if categoriser is None else verdict_of(call, categoriser)

    return why


def question(pairs: Pairs, fields: Sequence[Any], now: float) -> Values:
    """Parameters read by the API's rules; `QueryError` also for what the API answers as a problem."""
    try:
        return read(pairs, fields, now)
    except Problem as problem:
        raise QueryError(problem.parameter or "", problem.detail, problem.expected or "") from problem


class StoreRecord:
    """The record in a store that is opened here."""

    def __init__(
        self,
        store: Store,
        sleep: Callable[[float], None] = time.sleep,
        why_category: Callable[[Call], Verdict | None] = lambda _call: None,
    ) -> None:
        self._store = store
        self._sleep = sleep
        self._why_category = why_category

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._store.close()

    def _query(self, pairs: Pairs, fields: Sequence[Any]) -> tuple[CallQuery, Values]:
        values = question(pairs, fields, time.time())
        query = values.query()
        if query.model is not None:
            query = msgspec.structs.replace(query, model=resolve_model(query.model, self._store.models()))
        return query, values

    def page(self, pairs: Pairs) -> tuple[Sequence[CallMessage], bool]:
        """See `Record`."""
        query, _ = self._query(pairs, (*FILTERS, *PAGING))
        page = self._store.calls(query)
        return [message(call) for call in page.calls], page.next is not None

    def detail(self, call_id: str) -> dict[str, Any]:
        """See `Record`."""
        found = self._store.call(call_id)
        if found is None:
            raise QueryError("call", f"there is no call {call_id}", "an id that `sereno calls list --json` prints")
        return cast("dict[str, Any]", msgspec.to_builtins(detail(found, self._why_category)))

    def latest_ids(self, limit: int) -> Iterator[str]:
        """See `Record`."""
        query = CallQuery(limit=min(limit, int(LIMIT.maximum)))
        seen = 0
        while seen < limit:
            page = self._store.calls(query)
            yield from (call.id for call in page.calls)
            seen += len(page.calls)
            if page.next is None:
                return
            query = msgspec.structs.replace(query, cursor=page.next)

    def follow(self, pairs: Pairs, first: int) -> Iterator[CallMessage]:
        """See `Record`."""
        query, _ = self._query(pairs, FILTERS)
        after = self._store.last_sequence()
        if first:
            latest = self._store.calls(msgspec.structs.replace(query, limit=first)).calls
            yield from (message(call) for call in reversed(latest))
        while True:
            fresh = self._store.calls_after(after, 500, query)
            for after, call in fresh:  # noqa: B007  the last sequence seen is where the next look begins
                yield message(call)
            if not fresh:
                self._sleep(FOLLOW_SECONDS)

    def export(self, pairs: Pairs) -> Export:
        """See `Record`."""
        query, values = self._query(pairs, (*FILTERS, FORMAT))
        done = 0

        def counted(calls: Iterator[Call]) -> Iterator[Call]:
            nonlocal done
            for call in calls:
                done += 1
                yield call

        form = cast("Format", values.get(FORMAT))
        return Export(export(counted(self._store.export(query)), form), self._store.count(query), lambda: done)

    def models(self, pairs: Pairs) -> ModelList:
        """See `Record`."""
        query, _ = self._query(pairs, FILTERS)
        return model_list(self._store, query)

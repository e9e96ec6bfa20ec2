"""The list of calls: every filter in the address, newest first or by what hurts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.calls import Call
from sereno.query.cursor import encode_cursor
from sereno.query.fields import AFTER, FILTERS, PAGING
from sereno.query.paging import address
from sereno.web.answers import counted
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.rows import CallRow, call_row, call_table

FIELDS = (*FILTERS, *PAGING)
FIRST = ("search", "model", "user", "status", "category", "start_time", "end_time")
"""Filters in sight; the others are behind "more filters"."""
MOST_NEW = 200
"""Rows that a live list holds."""
ROUNDS = 20
"""How many times so many calls are read to find the newest: a reader may come back to a tab after an hour."""
MORE = tuple(f.name for f in FILTERS if f.name not in FIRST)


class CallList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of calls.

    Attributes:
        calls: in the order asked for.
        next: cursor of the next page, None on the last.
        models, categories: what the filters can choose from.
        sequence: the store's last ingest sequence when it was asked, -1 when it holds no call.
    """

    calls: list[CallRow]
    next: str | None
    models: list[str]
    categories: list[str]
    sequence: int


def gather(ask: Ask) -> CallList:
    """Ask the store for one page: of calls to models, as figures count them, unless an operation is asked for."""
    store = ask.view.store
    sequence = store.last_sequence()  # before the page: a live list that begins here misses nothing
    page = store.calls(counted(ask.resolved()))
    return CallList(
        calls=[call_row(call) for call in page.calls],
        next=encode_cursor(page.next) if page.next else None,
        models=list(store.models()),
        categories=[category.name for category in ask.view.categories()],
        sequence=sequence,
    )


class NewRows(msgspec.Struct, frozen=True, kw_only=True):
    """Calls stored after a moment, newest first: what a live list is fed with."""

    calls: list[CallRow]


def gather_new(ask: Ask) -> NewRows:
    """Ask the store for the newest of what came after the sequence `after`."""
    after, query = ask.values.given.get("after", -1), counted(ask.resolved())
    found: list[tuple[int, Call]] = []
    for _ in range(ROUNDS):
        part = ask.view.store.calls_after(after, MOST_NEW, query)
        found = [*found, *part][-MOST_NEW:]
        if len(part) < MOST_NEW:
            break
        after = part[-1][0]
    return NewRows(calls=[call_row(call) for _, call in reversed(found)])


def shape(content: CallList, look: Look) -> Mapping[str, Any]:
    """The address of the next page."""
    filters = [(f.name, given) for f in FILTERS if (given := look.given.get(f.name)) and f.name != "end_time"]
    return {
        "older": look.link(cursor=content.next) if content.next else None,
        "first_names": FIRST,
        "more_names": MORE,
        "live_events": address("/analytics/live", filters, {"after": str(content.sequence)}),
        "live_rows": address("/sereno/calls/rows", filters, {}),
    }


def table(content: CallList) -> Table:
    """The columns of exports."""
    return call_table(content.calls)


PAGES = (
    Page(
        name="calls", path="/calls", template="calls.html", section="calls", fields=FIELDS, gather=gather, shape=shape,
        table=table,
    ),
    Page(
        name="rows", path="/calls/rows", template="call_rows.html", section="calls", fields=(*FILTERS, AFTER),
        gather=gather_new,
    ),
)  # fmt: skip

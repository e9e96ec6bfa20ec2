"""The list of sessions: who talked about what, how long and at what cost; and one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.query.fields import FILTERS, ROWS, SESSION_SORT
from sereno.query.rows import SessionMessage
from sereno.store.base import CallQuery
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.pages import session
from sereno.web.session_rows import SessionEntry, session_entry

NARROWING = ("search", "model", "user", "status")
FIELDS = (*(f for f in FILTERS if f.name in (*NARROWING, "start_time", "end_time")), SESSION_SORT, *ROWS)


class SessionList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of conversations.

    Attributes:
        sessions: in the order asked for.
        offset: how many come before these. more: whether there are more.
        models: what the filter can choose from.
        last_call_at: start of the newest call of all, None where there is none or where sessions were found.
    """

    sessions: list[SessionEntry]
    offset: int
    more: bool
    models: list[str]
    last_call_at: float | None


def gather(ask: Ask) -> SessionList:
    """Ask the store for one page, and for one row more, which tells whether there is a next."""
    store = ask.view.store
    query = ask.resolved()
    rows = store.sessions(msgspec.structs.replace(query, limit=query.limit + 1), ask.values.get(SESSION_SORT))
    newest = () if rows else store.calls(CallQuery(limit=1, internal=None)).calls
    return SessionList(
        sessions=[session_entry(row) for row in rows[: query.limit]],
        offset=query.offset,
        more=len(rows) > query.limit,
        models=list(store.models()),
        last_call_at=newest[0].started_at if newest else None,
    )


def shape(content: SessionList, look: Look) -> Mapping[str, Any]:
    """Addresses of the pages around, and what the list can be sorted by."""
    count = len(content.sessions)
    return {
        "narrowing": NARROWING,
        "sorts": SESSION_SORT.choices,
        "usual_sort": SESSION_SORT.default,
        "first": look.link(offset=None) if content.offset else None,
        "next": look.link(offset=str(content.offset + count)) if content.more else None,
    }


def table(content: SessionList) -> Table:
    """The list as the API tells it; models in one cell."""
    columns = SessionMessage.__struct_fields__
    rows = [[getattr(row, name) for name in columns] for row in content.sessions]
    return Table(columns, [[" ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in rows])


PAGES: tuple[Page, ...] = (
    Page(
        name="sessions", path="/sessions", template="sessions.html", section="sessions", fields=FIELDS, gather=gather,
        shape=shape, table=table,
    ),
    session.PAGE,
)  # fmt: skip

"""A call as lists on pages show it: the API's message, and what a reader needs beside it."""

from __future__ import annotations

from collections.abc import Iterable

from sereno.calls import Call
from sereno.query.message import CallMessage, message
from sereno.web.page import Table


class CallRow(CallMessage, frozen=True, gc=False, kw_only=True):
    """One call in a list; `started_at` is epoch seconds, `route` tells calls without a model apart."""

    started_at: float
    route: str
    error_message: str | None


def call_row(call: Call) -> CallRow:
    """What lists show of a call."""
    base = message(call)
    return CallRow(
        **{name: getattr(base, name) for name in CallMessage.__struct_fields__},
        started_at=call.started_at,
        route=call.route,
        error_message=call.error_message,
    )


def call_table(rows: Iterable[CallMessage]) -> Table:
    """The CSV twin of a list of calls: the columns of exports."""
    columns = CallMessage.__struct_fields__
    return Table(columns, [[getattr(row, name) for name in columns] for row in rows])

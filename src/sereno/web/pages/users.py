"""The list of users: who asks how much, what it costs, and how that goes over time; and one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

import msgspec

from sereno.query.fields import FILTERS, LIMIT_MAX, ROWS, USER_SORT, Field
from sereno.query.rows import UserMessage, user_message
from sereno.store.base import CallQuery, UserRow
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.pages import user

DAY, HOUR = 86400, 3600
STEPS = ((12 * HOUR, HOUR), (36 * HOUR, 2 * HOUR))
"""Longest range whose small lines have steps of so many seconds; beyond, steps are days, which come with the rows."""
FIND = Field(name="name", kind="text", help="Users whose name contains this.", maximum=256, example="ada")
FIELDS = (*(f for f in FILTERS if f.name in ("model", "start_time", "end_time")), FIND, USER_SORT, *ROWS)


class UserEntry(UserMessage, frozen=True, kw_only=True):
    """One user in the list.

    Attributes:
        last_at: start of the last call, epoch seconds.
        share: of all calls in the range, 0–1.
        trend: calls by steps over the range, oldest first.
    """

    last_at: float
    share: float
    trend: list[int]


class UserList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of users.

    Attributes:
        start, end: the range, epoch seconds.
        users: in the order asked for.
        by: seconds of one step of a trend.
        total: calls of all users in the range.
        offset: how many users come before these. more: whether there are more.
        models: what the filter can choose from.
        last_call_at: start of the newest call of all, None where there is none or where users were found.
    """

    start: float
    end: float
    users: list[UserEntry]
    by: int
    total: int
    offset: int
    more: bool
    models: list[str]
    last_call_at: float | None


def gather(ask: Ask) -> UserList:
    """Ask the store for one page, and for one row more, which tells whether there is a next."""
    store = ask.view.store
    query = ask.resolved()
    end = query.end if query.end is not None else ask.now
    query = msgspec.structs.replace(query, end=end)
    rows = _rows(ask, query)
    shown = rows[: query.limit]
    start = query.start if query.start is not None else min((row.first_at for row in shown), default=end)
    total = sum(g.totals.calls for g in store.aggregate(query, (), histograms=False))
    by = next((step for longest, step in STEPS if end - start <= longest), DAY)
    trends = {row.user: dict(row.days) for row in shown} if by == DAY else _trends(ask, query, by)
    steps = range(floor(start / by), floor(end / by) + 1)
    newest = () if rows else store.calls(CallQuery(limit=1, internal=None)).calls
    return UserList(
        start=start,
        end=end,
        users=[
            _entry(row, total, [trends.get(row.user, {}).get(float(step * by), 0) for step in steps]) for row in shown
        ],
        by=by,
        total=total,
        offset=query.offset,
        more=len(rows) > query.limit,
        models=list(store.models()),
        last_call_at=newest[0].started_at if newest else None,
    )


def _rows(ask: Ask, query: CallQuery) -> Sequence[UserRow]:
    """One row more than a page; a name is looked for among the `LIMIT_MAX` first users."""
    sort, name = ask.values.get(USER_SORT), ask.values.given.get(FIND.name)
    if name is None:
        return ask.view.store.users(msgspec.structs.replace(query, limit=query.limit + 1), sort)
    every = ask.view.store.users(msgspec.structs.replace(query, limit=LIMIT_MAX, offset=0), sort)
    found = [row for row in every if row.user is not None and name.casefold() in row.user.casefold()]
    return found[query.offset : query.offset + query.limit + 1]


def _trends(ask: Ask, query: CallQuery, by: int) -> dict[str | None, dict[float, int]]:
    """Calls of every user by steps of so many seconds."""
    out: dict[str | None, dict[float, int]] = {}
    for group in ask.view.store.aggregate(query, ("user",), by, histograms=False):
        if group.at is not None:
            out.setdefault(group.key[0], {})[group.at] = group.totals.calls
    return out


def _entry(row: UserRow, total: int, trend: list[int]) -> UserEntry:
    base = user_message(row)
    known = {name: getattr(base, name) for name in UserMessage.__struct_fields__}
    return UserEntry(**known, last_at=row.last_at, share=row.calls / total if total else 0.0, trend=trend)


def shape(content: UserList, look: Look) -> Mapping[str, Any]:
    """Addresses of the pages around, and what the list can be sorted by."""
    count = len(content.users)
    return {
        "sorts": USER_SORT.choices,
        "usual_sort": USER_SORT.default,
        "first": look.link(offset=None) if content.offset else None,
        "next": look.link(offset=str(content.offset + count)) if content.more else None,
        "most": max((row.messages for row in content.users), default=0),
    }


def table(content: UserList) -> Table:
    """The list as the API tells it, with the share; models in one cell, days left to JSON."""
    columns = [name for name in UserMessage.__struct_fields__ if name != "messages_by_day"]
    rows = [[getattr(row, name) for name in (*columns, "share")] for row in content.users]
    cells = [[" ".join(cell) if isinstance(cell, list) else cell for cell in row] for row in rows]
    return Table((*columns, "share"), cells)


PAGES: tuple[Page, ...] = (
    Page(
        name="users", path="/users", template="users.html", section="users", fields=FIELDS, usual_start="30d",
        gather=gather, shape=shape, table=table,
    ),
    user.PAGE,
)  # fmt: skip

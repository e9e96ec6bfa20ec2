"""One user, or all calls that name none: what is asked of which models, how it goes and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from sereno.query.aggregations import CategoryFigures, IntervalFigures, ModelFigures, aggregations
from sereno.query.fields import FILTERS
from sereno.query.figures import Figures
from sereno.query.problems import not_found
from sereno.query.rows import UserMessage, user_message
from sereno.store.base import CallQuery
from sereno.web.answers import answers
from sereno.web.page import Ask, Look, Page, Table
from sereno.web.ranges import interval_for
from sereno.web.rows import CallRow
from sereno.web.series import links, usual_charts
from sereno.web.session_rows import SessionEntry, session_entry

FIELDS = tuple(f for f in FILTERS if f.name in ("user", "model", "start_time", "end_time"))
TOP = 6


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one user, or of the calls without one.

    Attributes:
        start, end: the range, epoch seconds.
        user: sums over all time.
        last_at: start of their last call, epoch seconds.
        figures: of the range, as all that follows.
        sessions: latest first.
        newest, slowest, errors: the newest and the slowest calls, the newest failures.
    """

    start: float
    end: float
    user: UserMessage
    last_at: float
    interval: str
    figures: Figures
    by_time: list[IntervalFigures]
    models: list[ModelFigures]
    categories: list[CategoryFigures]
    sessions: list[SessionEntry]
    newest: list[CallRow]
    slowest: list[CallRow]
    errors: list[CallRow]


def gather(ask: Ask) -> UserPage:
    """Ask the store; every figure comes from the same filters.

    Raises:
        Problem: no call is known of such a user.
    """
    store = ask.view.store
    query = ask.resolved()
    name = query.user or ""  # the calls without a user
    known = store.users(CallQuery(user=name, limit=1))
    if not known:
        raise not_found(
            f"No LLM call of user {name[:100]!r} is known; retention may have removed them."
            if name
            else "Every call that is known names its user: say which, as in /sereno/user?user=ada."
        )
    end = query.end if query.end is not None else ask.now
    start = query.start if query.start is not None else known[0].first_at
    query = msgspec.structs.replace(query, user=name, start=start, end=end, limit=TOP)
    interval = interval_for(end - start)
    interval = "1h" if interval == "15m" else interval  # users are summed by the hour; quarters would read every call
    whole = aggregations(store, query, interval, ask.tz, ask.now)
    return UserPage(
        start=start,
        end=end,
        user=user_message(known[0]),
        last_at=known[0].last_at,
        interval=whole.interval,
        figures=Figures(**{name: getattr(whole, name) for name in Figures.__struct_fields__}),
        by_time=whole.messages_by_time,
        models=whole.messages_by_model,
        categories=whole.messages_by_category,
        sessions=[session_entry(row) for row in store.sessions(query)],
        newest=answers(store, query),
        slowest=answers(store, msgspec.structs.replace(query, sort="latency")),
        errors=answers(store, msgspec.structs.replace(query, status="error")),
    )


def shape(content: UserPage, look: Look) -> Mapping[str, Any]:
    """Charts over time; each point leads to the user's calls in it."""
    name = content.user.user
    where = links(content.by_time, look.to, content.end, user=name) if name else ()
    return {
        "charts": usual_charts(content.by_time, look.t, look.shown, where),
        "most_of_model": max((m.figures.total_messages for m in content.models), default=0),
        "most_of_category": max((c.messages for c in content.categories), default=0),
    }


def table(content: UserPage) -> Table:
    """The range by interval."""
    columns = IntervalFigures.__struct_fields__
    return Table(columns, [[getattr(point, name) for name in columns] for point in content.by_time])


PAGE = Page(
    name="user", path="/user", template="user.html", section="users", fields=FIELDS, usual_start="30d", gather=gather,
    shape=shape, table=table,
)  # fmt: skip

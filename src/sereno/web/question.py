"""The question for calls that a page asks, made of the reader's parameters and what is usual on that page."""

from __future__ import annotations

import msgspec

from sereno.errors import QueryError
from sereno.query.parameters import Values
from sereno.query.times import parse_duration, parse_time
from sereno.store.base import CallQuery
from sereno.web.page import Page
from sereno.web.ranges import aligned


def question(page: Page, values: Values, start: str, now: float) -> CallQuery:
    """The question, with the page's usual range where none is given; ages begin with a whole interval.

    Raises:
        QueryError: the range begins now or later.
    """
    query = values.query()
    given = values.given
    if page.usual_start and "start_time" not in given and "end_time" not in given:
        start = page.usual_start
    if "end_time" not in given and parse_duration(start.strip()) is not None:
        query = msgspec.structs.replace(query, start=aligned(parse_time(start, now), now))
    if query.start is not None and query.end is None and query.start >= now:
        raise QueryError("start_time", "`start_time` is not in the past: nothing happened yet.", "a time before now")
    if "limit" not in given:
        query = msgspec.structs.replace(query, limit=page.rows_usual)
    return query

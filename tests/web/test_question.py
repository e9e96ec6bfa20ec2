"""The range and the number of rows that a page asks for."""

from __future__ import annotations

import pytest

from sereno.errors import QueryError
from sereno.query.parameters import read
from sereno.store.base import CallQuery
from sereno.web.app import PAGES
from sereno.web.page import Page
from sereno.web.question import question

NOW = 1_700_000_000.0
OVERVIEW, CALLS = (next(page for page in PAGES if page.name == name) for name in ("overview", "calls"))


def asked(start: str = "", end: str = "", page: Page = OVERVIEW) -> CallQuery:
    return question(page, read([("start_time", start), ("end_time", end)], page.fields, NOW), start, NOW)


def test_the_usual_range_counts_where_none_is_given() -> None:
    found = asked()
    assert found.end is None
    assert found.start is not None
    assert 86400 <= NOW - found.start < 86400 + 900  # a quarter of an hour is a day's interval
    assert found.start % 900 == 0
    assert asked(page=CALLS).start is None


def test_given_bounds_are_kept() -> None:
    assert (asked("1600000000", "1600000001").start, asked("1600000000", "1600000001").end) == (1.6e9, 1600000001.0)
    assert asked(end="1600000001").start is None


@pytest.mark.parametrize("start", ["now", "1700000000", "1700000001", "2100-01-01"])
def test_a_range_that_has_not_begun_is_refused(start: str) -> None:
    with pytest.raises(QueryError) as caught:
        asked(start)
    assert (caught.value.parameter, caught.value.expected) == ("start_time", "a time before now")
    assert asked("1699999999").start == 1699999999.0

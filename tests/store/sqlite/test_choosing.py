"""Lists that are too long to be sorted: walked along an index, by quarters of days, with words; against plain lists."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sereno.calls import Call
from sereno.errors import QueryError
from sereno.store.base import CallQuery, Cursor
from sereno.store.sqlite import SqliteStore, choosing, dialect
from sereno.store.sqlite import plan as planning
from store.made import T0, a_batch, cut, some_calls
from store.reference import matching
from store.test_conformance import EASY, QUERIES

Filled = tuple[SqliteStore, list[Call]]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """400 calls in a store that finds five many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "FEW", 5)
        patch.setattr(planning, "PLENTY_FEWER", 0)
        patch.setattr(dialect, "FEW_HITS", 5)
        patch.setattr(choosing, "FIRST_WALK", 7)
        patch.setattr(choosing, "LAST_WALK", 20)
        store = SqliteStore(tmp_path_factory.mktemp("walked") / "sereno.db")
        calls = some_calls(400, seed=4)
        store.add(a_batch(calls))
        yield store, calls
        store.close()


@EASY
@given(query=QUERIES, limit=st.integers(1, 50), offset=st.sampled_from([0, 0, 3, 40]), most=st.integers(0, 90))
def test_every_walked_list_is_the_reference_list(
    walked: Filled, query: CallQuery, limit: int, offset: int, most: int
) -> None:
    store, calls = walked
    expected = [cut(call) for call in matching(calls, query)]
    page = store.calls(msgspec.structs.replace(query, limit=limit, offset=offset))
    assert list(page.calls) == expected[offset : offset + limit]
    assert (page.next is not None) == (len(expected) > offset + limit)
    assert store.count(query) == len(expected)
    assert store.count(query, most) == min(most, len(expected))


@EASY
@given(query=QUERIES, limit=st.integers(1, 60))
def test_walked_pages_show_every_call_once(walked: Filled, query: CallQuery, limit: int) -> None:
    store, calls = walked
    seen: list[Call] = []
    cursor: Cursor | None = None
    while True:
        page = store.calls(msgspec.structs.replace(query, limit=limit, cursor=cursor))
        seen.extend(page.calls)
        cursor = page.next
        if cursor is None:
            break
    assert seen == [cut(call) for call in matching(calls, query)]


def test_a_cursor_of_another_order_is_told(walked: Filled) -> None:
    store, _ = walked
    cursor = store.calls(CallQuery(limit=1, sort="latency")).next
    assert cursor is not None
    with pytest.raises(QueryError, match="sorted by latency") as raised:
        store.calls(CallQuery(cursor=cursor, sort="cost"))
    assert raised.value.parameter == "cursor"


def test_a_filter_that_leaves_few_is_read_along_its_own_index(walked: Filled) -> None:
    store, _ = walked
    with store._database.read() as connection:

        def index(query: CallQuery) -> tuple[str, bool]:
            found = planning.plan(store._asking(connection), query)
            return found.along, found.few

        assert index(CallQuery()) == ("calls_started", False)
        assert index(CallQuery(user="nobody", model="a:latest")) == ("calls_user", True)
        assert index(CallQuery(user="ana", model="a:latest")) == ("calls_user", False)
        assert index(CallQuery(user="ana", model="no such")) == ("calls_model", True)
        assert index(CallQuery(model="a:latest", min_latency=1e6)) == ("calls_latency", True)
        assert index(CallQuery(model="a:latest", min_input_tokens=10**6)) == ("calls_tokens", True)
        assert index(CallQuery(status="error", start=T0 - 10, end=T0 - 5)) == ("calls_failed", True)
        assert index(CallQuery(status="success", start=T0 - 10, end=T0 - 5)) == ("calls_started", True)
        assert index(CallQuery(max_input_tokens=0)) == ("calls_tokens", True)
        assert index(CallQuery(status="success")) == ("calls_started", False)

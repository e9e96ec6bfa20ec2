"""What every store must do, compared to plain Python lists (`store.reference`). Backends are listed in conftest.py."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sereno.calls import Call, Identity, Position, Timing, Usage
from sereno.errors import QueryError, StoreError
from sereno.metrics.account import account_all
from sereno.metrics.increments import Increments
from sereno.store.base import (
    CallQuery,
    Cursor,
    Rewrite,
    SessionRow,
    SessionSort,
    Store,
    ThreadKey,
    Totals,
    UserRow,
    UserSort,
)
from store.made import T0, a_batch, a_call, an_exchange, cut, label, some_calls
from store.reference import grouped, matching

Backend = Callable[[Path], Store]
Filled = tuple[Store, list[Call]]


@pytest.fixture(scope="module")
def filled(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """600 varied calls in batches of 100."""
    store = backend(tmp_path_factory.mktemp("filled"))
    calls = some_calls(600)
    for number in range(0, 600, 100):
        store.add(a_batch(calls[number : number + 100], f"b{number}"))
    yield store, calls
    store.close()


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.none(), st.none(), strategy)


TIMES = st.one_of(
    st.integers(-10, 3 * 86400 + 900).map(lambda s: T0 + s),
    st.integers(0, 72).map(lambda h: T0 + h * 3600),
    st.integers(0, 4320).map(lambda m: T0 + m * 60),
    st.floats(T0 - 5, T0 + 3 * 86400),
)
QUERIES = st.builds(
    CallQuery,
    search=maybe(
        st.sampled_from(
            ["night", "NIGHT watch", "cafe", "strasse", "夜", "警 夜", "שלום", "zebra", "x1 OR", "re-read", "🦙", " "]
        )
    ),
    model=maybe(st.sampled_from(["", "a:latest", "rare:7b", "unknown"])),
    user=maybe(st.sampled_from(["", "ana", "ćirić", "x'; DROP TABLE calls; --", "nobody"])),
    session=maybe(st.sampled_from(["s1", "s7", "none"])),
    status=maybe(st.sampled_from(["success", "error", "aborted"])),
    operation=maybe(st.sampled_from(["chat", "embeddings", "other"])),
    llm=st.booleans(),
    category=maybe(st.sampled_from(["", "code", "nothing"])),
    key=maybe(st.just("0badcafe")),
    client=maybe(st.just("10.0.0.1")),
    error_type=maybe(st.sampled_from(["http_5xx", "client_closed"])),
    start=maybe(TIMES),
    end=maybe(TIMES),
    min_input_tokens=maybe(st.integers(0, 3000)),
    max_input_tokens=maybe(st.integers(0, 5000)),
    min_output_tokens=maybe(st.integers(0, 3000)),
    max_output_tokens=maybe(st.integers(0, 5000)),
    min_latency=maybe(st.sampled_from([0.0, 0.25, 5.0])),
    max_latency=maybe(st.sampled_from([0.25, 5.0, 600.0])),
    internal=st.sampled_from([False, False, False, True, None]),
    newest_first=st.booleans(),
    sort=st.sampled_from(["started", "started", "latency", "tokens", "cost"]),
)
EASY = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@EASY
@given(query=QUERIES, limit=st.integers(1, 50), offset=st.sampled_from([0, 0, 3, 40]))
def test_every_list_is_the_reference_list(filled: Filled, query: CallQuery, limit: int, offset: int) -> None:
    store, calls = filled
    expected = [cut(call) for call in matching(calls, query)]
    page = store.calls(msgspec.structs.replace(query, limit=limit, offset=offset))
    assert list(page.calls) == expected[offset : offset + limit]
    assert (page.next is not None) == (len(expected) > offset + limit)
    assert store.count(query) == len(expected)
    assert list(store.export(query)) == matching(calls, query)


@EASY
@given(query=QUERIES, limit=st.integers(1, 200))
def test_pages_by_cursor_show_every_call_once(filled: Filled, query: CallQuery, limit: int) -> None:
    store, calls = filled
    expected = [cut(call) for call in matching(calls, query)]
    limit = max(limit, len(expected) // 30)  # many pages say no more than thirty
    seen: list[Call] = []
    cursor: Cursor | None = None
    while True:
        page = store.calls(msgspec.structs.replace(query, limit=limit, cursor=cursor))
        seen.extend(page.calls)
        cursor = page.next
        if cursor is None:
            break
    assert seen == expected


def assert_totals(totals: Totals, calls: list[Call]) -> None:
    def known(values: list[Any]) -> list[Any]:
        return [v for v in values if v is not None]

    assert totals.calls == len(calls)
    assert (totals.success, totals.error, totals.aborted) == tuple(
        sum(c.status == status for c in calls) for status in ("success", "error", "aborted")
    )
    for name, total, count in (
        ("input_tokens", totals.input_tokens, totals.input_known),
        ("output_tokens", totals.output_tokens, totals.output_known),
    ):
        values = known([getattr(c.usage, name) for c in calls])
        assert (total, count) == (sum(values), len(values))
    assert totals.cached_input_tokens == sum(known([c.usage.cached_input_tokens for c in calls]))
    costs = known([c.cost_usd for c in calls])
    assert totals.cost_known == len(costs)
    assert math.isclose(totals.cost_usd, sum(costs), abs_tol=1e-9 * (len(calls) + 1))
    joules = known([c.energy_joules for c in calls])
    assert totals.energy_known == len(joules)
    assert math.isclose(totals.energy_joules, sum(joules), abs_tol=1e-6 * (len(calls) + 1))
    assert totals.energy_tokens == sum(c.usage.output_tokens or 0 for c in calls if c.energy_joules is not None)
    both = [c for c in calls if c.timing.eval is not None and c.usage.output_tokens is not None]
    assert totals.eval_tokens == sum(c.usage.output_tokens or 0 for c in both)
    assert math.isclose(totals.eval_seconds, sum(c.timing.eval or 0 for c in both), abs_tol=1e-6)
    assert totals.tool_calls == sum(c.tool_calls for c in calls)
    for histogram, values in (
        (totals.latency, [c.timing.total for c in calls]),
        (totals.ttft, known([c.timing.time_to_first_chunk for c in calls])),
        (totals.tpot, known([c.timing.time_per_output_token for c in calls])),
    ):
        if histogram is None:
            continue
        assert histogram.count == len(values)
        assert math.isclose(histogram.total, sum(values), abs_tol=1e-6)
        assert histogram.cumulative() == [(le, sum(v <= le for v in values)) for le in histogram.edges]
        if values:
            exact = sorted(values)[math.ceil(0.95 * len(values)) - 1]
            estimate = histogram.quantile(0.95)
            assert estimate is not None
            assert exact <= max(estimate, 1e-6) * 2 ** (1 / 8) * (1 + 1e-9)
            assert estimate <= max(exact, 1e-6) * 2 ** (1 / 8) * (1 + 1e-9)


@EASY
@given(
    query=QUERIES,
    by=st.lists(
        st.sampled_from(["model", "operation", "status", "user", "category", "session", "error_type"]),
        max_size=2,
        unique=True,
    ),
    interval=st.sampled_from([None, None, 60.0, 900.0, 3600.0, 21600.0, 86400.0]),
    tz=st.sampled_from(["UTC", "UTC", "Europe/Madrid", "Asia/Kolkata", "America/St_Johns"]),
    histograms=st.booleans(),
)
def test_every_aggregate_is_the_reference_sum(
    filled: Filled, query: CallQuery, by: list[Any], interval: float | None, tz: str, histograms: bool
) -> None:
    check_aggregate(filled, query, by, interval, tz, histograms)


COVERED = st.builds(
    CallQuery,
    model=maybe(st.sampled_from(["a:latest", "rare:7b", "unknown"])),
    operation=maybe(st.sampled_from(["chat", "embeddings"])),
    status=maybe(st.sampled_from(["success", "error"])),
    start=st.one_of(st.none(), TIMES),
    end=st.one_of(st.none(), TIMES),
)


@EASY
@given(
    query=COVERED,
    by=st.lists(st.sampled_from(["model", "operation", "status", "user", "category"]), max_size=2, unique=True),
    interval=st.sampled_from([None, 60.0, 3600.0, 86400.0]),
    tz=st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kolkata"]),
    histograms=st.booleans(),
)
def test_roll_ups_answer_like_the_calls(
    filled: Filled, query: CallQuery, by: list[Any], interval: float | None, tz: str, histograms: bool
) -> None:
    check_aggregate(filled, query, by, interval, tz, histograms)


def check_aggregate(
    filled: Filled, query: CallQuery, by: list[Any], interval: float | None, tz: str, histograms: bool
) -> None:
    store, calls = filled
    expected = grouped(calls, query, by, interval, tz)
    groups = store.aggregate(query, by, interval, tz, histograms=histograms)
    assert {(g.at, *g.key) for g in groups} == set(expected)
    assert len(groups) == len(expected)
    assert [g.at or 0 for g in groups] == sorted(g.at or 0 for g in groups)
    for group in groups:
        assert (group.totals.latency is not None) == histograms
        assert_totals(group.totals, expected[group.at, *group.key])


@EASY
@given(query=QUERIES, sort=st.sampled_from(get_args(UserSort)), limit=st.integers(1, 6), offset=st.integers(0, 3))
def test_users_are_the_reference_users(
    filled: Filled, query: CallQuery, sort: UserSort, limit: int, offset: int
) -> None:
    store, calls = filled
    ended = matching(calls, query, aggregate=True)
    assert store.unique_users(query) == len({c.identity.user for c in ended} - {None})
    groups: dict[str | None, list[Call]] = {}
    for c in ended:
        groups.setdefault(c.identity.user, []).append(c)
    expected = [UserRow(**sums(mine), user=user, sessions=len({c.identity.session for c in mine} - {None}),
                        models=tuple(sorted({c.model for c in mine if c.model})),
                        days=tuple(sorted(Counter(c.ended_at // 86400 * 86400 for c in mine).items())))
                for user, mine in groups.items()]  # fmt: skip
    expected.sort(key=lambda row: (-figure(row, sort), row.user is not None, row.user or ""))
    users = store.users(msgspec.structs.replace(query, limit=limit, offset=offset), sort)
    assert [about(row) for row in users] == [about(row) for row in expected[offset : offset + limit]]


@EASY
@given(query=QUERIES, sort=st.sampled_from(get_args(SessionSort)), limit=st.integers(1, 6), offset=st.integers(0, 3))
def test_conversations_are_the_reference_conversations(
    filled: Filled, query: CallQuery, sort: SessionSort, limit: int, offset: int
) -> None:
    store, calls = filled
    matched = {
        c.identity.session for c in matching(calls, query) if c.operation != "other" or query.operation == "other"
    }
    expected = whole_conversations(calls, matched - {None})
    expected.sort(key=lambda row: (figure(row, sort), row.last_at, row.session), reverse=True)
    found = store.sessions(msgspec.structs.replace(query, limit=limit, offset=offset), sort)
    assert [about(row) for row in found] == [about(row) for row in expected[offset : offset + limit]]


def whole_conversations(calls: list[Call], sessions: Collection[str | None]) -> list[SessionRow]:
    """Rows of these conversations, from all their LLM calls."""
    rows = []
    for session in sessions:
        mine = sorted((c for c in calls if c.identity.session == session and c.is_llm),
                      key=lambda c: (c.started_at, c.id))  # fmt: skip
        if session is not None and mine:
            users = [c.identity.user for c in mine if c.identity.user is not None]
            titles = [c.prompt[:200] for c in mine if c.prompt]
            rows.append(SessionRow(**sums(mine), session=session, user=users[-1] if users else None,
                                   models=tuple(sorted({c.model for c in mine if c.model})),
                                   title=titles[0] if titles else ""))  # fmt: skip
    return rows


def sums(calls: list[Call]) -> dict[str, Any]:
    """The figures that rows of users and conversations share."""
    costs = [c.cost_usd for c in calls if c.cost_usd is not None]
    return {
        "first_at": min(c.started_at for c in calls), "last_at": max(c.started_at for c in calls),
        "calls": len(calls), "errors": sum(c.status == "error" for c in calls),
        "input_tokens": sum(c.usage.input_tokens or 0 for c in calls),
        "output_tokens": sum(c.usage.output_tokens or 0 for c in calls),
        "cost_usd": sum(round(c * 1e9) for c in costs) / 1e9 if costs else None,
    }  # fmt: skip


def figure(row: UserRow | SessionRow, sort: str) -> float:
    """What a row is ordered by; an unknown cost is less than none."""
    if sort == "cost":
        return -1.0 if row.cost_usd is None else row.cost_usd
    if sort == "tokens":
        return row.input_tokens + row.output_tokens
    value: float = getattr(row, "last_at" if sort == "last" else sort)
    return value


def about(row: msgspec.Struct) -> dict[str, Any]:
    """A row by field."""
    return msgspec.structs.asdict(row)


def test_conversations_follow_the_calls_that_are_left(store: Store) -> None:
    calls = some_calls(120, seed=8)
    store.add(a_batch(calls[:60], "b1"))
    store.add(a_batch(calls[60:], "b2"))
    ordered = sorted(calls, key=lambda c: c.started_at)
    store.delete_calls(ordered[50].started_at, 1000)
    left = [c for c in calls if c.started_at >= ordered[50].started_at]
    (priced,) = [c for c in left if c.identity.session and c.is_llm][:1]
    store.rewrite([Rewrite(id=priced.id, cost_usd=7.0)])
    left = [msgspec.structs.replace(c, cost_usd=7.0) if c.id == priced.id else c for c in left]
    expected = whole_conversations(left, {c.identity.session for c in left if c.is_llm})
    found = store.sessions(CallQuery(limit=100), "calls")
    assert sorted(map(str, map(about, found))) == sorted(map(str, map(about, expected)))


def test_a_call_comes_back_whole(store: Store) -> None:
    call = a_call(
        prompt="p" * 50_000, response="r\x00s", error_message="boom", trace_id="ab" * 16, span_id="cd" * 8,
        conversation=b"\x01" * 16, parent_conversation=b"\x02" * 16, energy_joules=1.25, cost_usd=0.1, cost_source="t",
        identity=Identity("u", "s", "k", "c", "agent/1"), path="/api/chat?q", http_status=None, truncated=True,
    )  # fmt: skip
    store.add(a_batch([call]))
    detail = store.call(call.id)
    assert detail is not None
    assert detail.call == call
    assert detail.exchange == an_exchange(call)
    assert store.calls(CallQuery()).calls == [cut(call)]


@pytest.mark.parametrize(
    "bad", ["", "nonsense", "00000000-0000-0000-0000-00000000000g", "00000000-0000-7000-8000-000000000000"]
)
def test_an_unknown_id_is_no_call(store: Store, bad: str) -> None:
    assert store.call(bad) is None


def test_the_newest_of_an_empty_store(store: Store) -> None:
    assert (store.calls(CallQuery()).calls, store.calls(CallQuery()).next) == ([], None)
    assert store.last_sequence() == -1
    assert store.count(CallQuery()) == 0
    assert list(store.export(CallQuery())) == []
    assert store.sizes().oldest_at is None
    assert store.counters() == Increments()
    assert [g.totals.calls for g in store.aggregate(CallQuery())] == [0]
    assert store.aggregate(CallQuery(), ["model"]) == []
    assert (store.models(), store.users(CallQuery()), store.sessions(CallQuery())) == ([], [], [])


def test_counters_do_not_depend_on_how_calls_are_batched(
    store: Store, backend: Backend, tmp_path_factory: pytest.TempPathFactory
) -> None:
    calls = some_calls(200, seed=3)
    other = backend(tmp_path_factory.mktemp("other"))
    store.add(a_batch(calls))
    for number, call in enumerate(random.Random(1).sample(calls, len(calls))):
        other.add(a_batch([call], f"one{number}"))
    expected = account_all(calls, label)
    for counted in (store.counters(), other.counters()):
        assert counted.counters == expected.counters
        assert counted.histograms == expected.histograms
    for by in (["model"], ["operation", "status"]):
        assert store.aggregate(CallQuery(), by) == other.aggregate(CallQuery(), by)  # type: ignore[arg-type]
    other.close()


def test_a_repeated_batch_changes_nothing(store: Store) -> None:
    calls = some_calls(50)
    batch = a_batch(calls, "b1", [Position("i", 0, 1, 500)])
    assert store.add(batch) == 50
    before = (store.counters(), store.last_sequence(), store.aggregate(CallQuery(), ["model"]))
    assert store.add(batch) == 0
    assert store.add(msgspec.structs.replace(batch, id="other name")) == 0
    assert (store.counters(), store.last_sequence(), store.aggregate(CallQuery(), ["model"])) == before


def test_a_batch_behind_the_stored_position_is_ignored(store: Store) -> None:
    calls = some_calls(20)
    store.add(a_batch(calls[:10], "b1", [Position("i", 0, 2, 100)]))
    assert store.add(a_batch(calls[10:], "b2", [Position("i", 0, 1, 900)])) == 0
    assert store.positions() == [Position("i", 0, 2, 100)]
    assert store.count(CallQuery(internal=None)) == 10


def test_a_batch_half_behind_is_refused(store: Store) -> None:
    calls = some_calls(20)
    store.add(a_batch(calls[:10], "b1", [Position("i", 0, 2, 100), Position("i", 1, 1, 0)]))
    with pytest.raises(StoreError, match="two keepers"):
        store.add(a_batch(calls[10:], "b2", [Position("i", 0, 1, 0), Position("i", 1, 1, 10)]))
    assert store.count(CallQuery(internal=None)) == 10


def test_positions_alone_are_kept(store: Store) -> None:
    assert store.add(a_batch([], "b", [Position("i", 3, 1, 40)])) == 0
    assert store.add(a_batch([], "c", [Position("i", 3, 1, 80), Position("j", 0, 0, 16)])) == 0
    assert store.positions() == [Position("i", 3, 1, 80), Position("j", 0, 0, 16)]


def test_a_call_that_is_stored_is_not_counted_again(store: Store) -> None:
    calls = some_calls(30, seed=5)
    store.claim_model_slots(["a:latest", "b:latest", "c:latest"])
    store.add(a_batch(calls[:20], "b1"))
    assert store.add(a_batch(calls[10:], "b2")) == 10
    assert store.add(a_batch([*calls[:3], *calls[:3]], "b3")) == 0
    expected = account_all(calls, label)
    assert store.counters().counters == expected.counters
    assert store.counters().histograms == expected.histograms


def test_the_tail_follows_the_order_of_ingest(filled: Filled) -> None:
    store, calls = filled
    everything = store.calls_after(-1, 1000)
    assert [cut(c) for c in calls] == [call for _, call in everything]
    assert [sequence for sequence, _ in everything] == list(range(store.last_sequence() + 1))
    query = CallQuery(model="a:latest", search="night")
    chosen = [(s, cut(c)) for s, c in enumerate(calls) if c in matching(calls, query) and s > 100]
    assert store.calls_after(100, 5, query) == chosen[:5]


def test_threads_are_found_within_their_owner(store: Store) -> None:
    ana = Identity(user="ana", session="s-ana")
    bo = Identity(user="bo", session="s-bo")
    store.add(a_batch([
        a_call(1, conversation=b"h" * 16, identity=ana), a_call(2, conversation=b"h" * 16, identity=bo),
        a_call(3, conversation=b"n" * 16, identity=Identity(user="ana")),
    ]))  # fmt: skip
    store.add(
        a_batch([a_call(4, conversation=b"h" * 16, identity=msgspec.structs.replace(ana, session="s-later"))], "c")
    )
    keys = [ThreadKey("user:ana", b"h" * 16), ThreadKey("user:bo", b"h" * 16), ThreadKey("user:ana", b"n" * 16)]
    assert store.threads(keys, T0) == {keys[0]: "s-later", keys[1]: "s-bo"}
    assert store.threads(keys, T0 + 3) == {keys[0]: "s-later"}


HOSTILE = [
    '" OR 1=1 --', "night AND", "NEAR(night watch)", "prompt:night", "night*", "^night", "(night", '"', "''", ";",
    "\x00", "DROP TABLE calls", "a" * 50_000, "\u202enight", "{night watch}", "night -watch", "+", "\ud800", "%", "_",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(store: Store, text: str) -> None:
    store.add(a_batch([a_call(1, prompt=text), a_call(2, prompt="quiet day")]))
    assert store.count(CallQuery()) == 2
    for query in (
        CallQuery(search=text),
        CallQuery(model=text),
        CallQuery(user=text),
        CallQuery(session=text),
        CallQuery(category=text),
        CallQuery(error_type=text),
    ):
        assert a_call(2).id not in {call.id for call in store.calls(query).calls}


@given(text=st.text(st.characters(codec=None), max_size=60))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_can_be_stored_and_looked_for(
    backend: Backend, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    store = backend(tmp_path_factory.mktemp("text"))
    call = a_call(prompt=text, error_message=text, identity=Identity(text, text, text, text, text), model=text)
    store.add(a_batch([call], bodies=False))
    (kept,) = store.export(CallQuery())
    expected = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert (kept.prompt, kept.model, kept.identity.session) == (expected, expected, expected)
    store.calls(CallQuery(search=text))
    store.close()


def test_numbers_beyond_every_column_stop_no_batch(store: Store) -> None:
    huge = a_call(1, usage=Usage(10**30, None, 2**63), request_bytes=2**64)
    store.add(a_batch([huge, a_call(2)], bodies=False))
    assert store.count(CallQuery()) == 2
    assert store.aggregate(CallQuery())[0].totals.calls == 2


def test_slots_run_out_and_are_kept(opened: Callable[[], Store]) -> None:
    store = opened()
    slots = store.claim_model_slots([f"m{i}" for i in range(60)])
    assert len(slots) == 60
    slots = store.claim_model_slots([f"m{i}" for i in range(150)])
    assert len(slots) == 100
    assert "m120" not in slots
    store.close()
    assert opened().model_slots() == slots


def test_a_lease_has_one_holder(store: Store) -> None:
    assert store.acquire_lease("sweep", "one", 100.0, 10.0)
    assert not store.acquire_lease("sweep", "two", 105.0, 10.0)
    assert store.acquire_lease("sweep", "one", 108.0, 10.0)
    assert not store.acquire_lease("sweep", "two", 117.0, 10.0)
    assert store.acquire_lease("sweep", "two", 118.0, 10.0)
    assert store.acquire_lease("other", "one", 118.0, 10.0)


def test_bodies_go_before_calls_and_counts_stay(store: Store) -> None:
    calls = [a_call(n, started_at=T0 + n * 86400, prompt=f"word{n} night", timing=Timing(1.0)) for n in range(20)]
    store.add(a_batch(calls))
    before = (store.counters(), store.aggregate(CallQuery(), ["model"]))
    assert store.delete_bodies(T0 + 10 * 86400, 4) == 4
    assert store.delete_bodies(T0 + 10 * 86400, 100) == 6
    assert store.delete_bodies(T0 + 10 * 86400, 100) == 0
    assert store.sizes().bodies == 10
    assert (store.count(CallQuery(search="night")), store.count(CallQuery())) == (10, 20)
    assert store.calls(CallQuery(search="word9")).calls == []
    detail = store.call(calls[3].id)
    assert detail is not None
    assert (detail.exchange, detail.call) == (None, msgspec.structs.replace(calls[3], prompt="", response=""))
    assert store.delete_calls(T0 + 12 * 86400, 5) == 5
    assert store.delete_calls(T0 + 12 * 86400, 100) == 7
    assert (store.sizes().calls, store.sizes().bodies, store.sizes().oldest_at) == (8, 8, T0 + 12 * 86400)
    assert (store.count(CallQuery()), store.last_sequence()) == (8, 19)
    assert (store.counters(), store.aggregate(CallQuery(), ["model"])) == before
    store.add(a_batch([a_call(40)], "later"))
    assert store.last_sequence() == 20


def test_everything_is_there_after_reopening(opened: Callable[[], Store]) -> None:
    calls = some_calls(60)
    store = opened()
    store.add(a_batch(calls, "b", [Position("i", 0, 1, 5)]))
    kept = (store.counters(), store.positions(), list(store.export(CallQuery(internal=None))))
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.check()
    again = opened()
    again.check()
    assert (again.counters(), again.positions(), list(again.export(CallQuery(internal=None)))) == kept


def test_a_backup_is_a_store(store: Store, backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> None:
    store.add(a_batch(some_calls(60)))
    folder = tmp_path_factory.mktemp("copy")
    target = folder / "sereno.db"
    store.backup(str(target))
    with pytest.raises(StoreError, match="exists already"):
        store.backup(str(target))
    copy = backend(folder)
    assert list(copy.export(CallQuery())) == list(store.export(CallQuery()))
    assert copy.counters() == store.counters()
    copy.close()


def test_wrong_questions_name_the_parameter(store: Store) -> None:
    for parameter, ask in (
        ("cursor", lambda: store.calls(CallQuery(cursor=Cursor(T0, "no id")))),
        ("interval", lambda: store.aggregate(CallQuery(), (), 0.5)),
        ("tz", lambda: store.aggregate(CallQuery(), (), 86400.0, "Mars/Olympus")),
        ("tz", lambda: store.aggregate(CallQuery(), (), 86400.0, "../../etc/passwd")),
    ):
        with pytest.raises(QueryError) as raised:
            ask()
        assert raised.value.parameter == parameter

"""Repricing the record: any run, killed anywhere and run again, ends where pricing at once would have.

Written against the store protocol, over every backend of tests/store/conftest.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sereno.assembly import reprice as module
from sereno.assembly.reprice import Repriced, reprice
from sereno.assembly.rewriting import LEASE_SECONDS
from sereno.calls import Call, Usage
from sereno.errors import StoreError
from sereno.pricing.machine import MachineRates
from sereno.pricing.prices import Prices, priced
from sereno.pricing.rates import Rates, flat
from sereno.pricing.servers import Server
from sereno.pricing.tables import PriceTable
from sereno.store.base import CallQuery, Dimension, Rewrite, Store
from store.conftest import backend, databases  # noqa: F401  fixtures
from store.made import T0, a_batch, a_call, some_calls

SERVERS = {"default": Server("http://127.0.0.1:11435")}
CALLS = some_calls(120)
ALL = CallQuery(internal=None, newest_first=False, limit=1000)
ASKED: Sequence[tuple[tuple[Dimension, ...], float | None]] = (
    ((), None), (("model",), None), (("model", "operation", "status"), 60.0), (("user", "category"), None),
    (("user", "model"), 3600.0), ((), 86400.0), (("cost_source", "model"), 3600.0), (("upstream", "cost_source"), None),
)  # fmt: skip


def prices(usd: float | None, model: str = "*") -> Prices:
    """Everything (or a model) at so many dollars a million tokens; None: nothing has a price."""
    rates = Rates(input=flat(usd or 0.0), cached=flat((usd or 0.0) / 4), output=flat(3 * (usd or 0.0)))
    table = PriceTable(name=f"p{usd or 0:g}".replace(".", "_"), models=(model,), rates=rates)
    return Prices([] if usd is None else [table], SERVERS)


def at_once(calls: Sequence[Call], *runs: Prices) -> list[Call]:
    for run in runs:
        calls = [priced(run)(call) for call in calls]
    return list(calls)


def quick(store: Store, run: Prices, query: CallQuery = ALL, **more: Any) -> Repriced:
    now = [T0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    return reprice(store, run, query, sleep=sleep, clock=lambda: now[0], **more)


def figures(store: Store) -> list[Any]:
    """Everything that a price is in: aggregates with and without histograms, users, conversations."""
    return [
        *(
            [
                (g.at, g.key, msgspec.to_builtins(g.totals))
                for g in store.aggregate(CallQuery(), by, interval, histograms=h)
            ]
            for by, interval in ASKED
            for h in (True, False)
        ),
        sorted((row.user or "", row.cost_usd) for row in store.users(CallQuery())),
        sorted((row.session, row.cost_usd) for row in store.sessions(CallQuery())),
    ]


def told(store: Store) -> list[tuple[str, float | None, str | None]]:
    return [(call.id, call.cost_usd, call.cost_source) for call in store.export(ALL)]


@pytest.fixture
def made(
    backend: Callable[[Path], Store],  # noqa: F811  the fixture
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[..., Store]]:
    stores: list[Store] = []

    def make(calls: Sequence[Call], folder: Path | None = None) -> Store:
        stores.append(backend(folder or tmp_path_factory.mktemp("record")))
        if calls:
            stores[-1].add(a_batch(calls, bodies=False))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    runs=st.lists(
        st.tuples(
            st.sampled_from([None, 0.0, 0.1, 3.0]),
            st.sampled_from([None, "a:latest", "rare:7b"]),
            st.sampled_from([None, T0 + 86400.0]),
            st.booleans(),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_roll_ups_are_the_sum_over_calls_after_any_reprices(made: Callable[..., Store], runs: list[Any]) -> None:
    store, expected = made(CALLS), CALLS
    for usd, model, start, only_unknown in runs:
        run = prices(usd)
        chosen = [
            call
            for call in expected
            if (model is None or call.model == model)
            and (start is None or call.started_at >= start)
            and (not only_unknown or call.cost_usd is None)
        ]
        after = {call.id: call for call in at_once(chosen, run)}
        query = msgspec.structs.replace(ALL, model=model, start=start)

        done = quick(store, run, query, only_unknown=only_unknown)

        before = {call.id: call for call in expected}
        assert done.changed == sum(before[id_] != call for id_, call in after.items())
        expected = [after.get(call.id, call) for call in expected]
    reference = made(expected)
    assert told(store) == told(reference)
    assert figures(store) == figures(reference)


@pytest.mark.parametrize("survived", range(7))
def test_killed_after_any_batch_and_run_again_it_ends_the_same(
    made: Callable[..., Store], survived: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_CALLS", 20)
    store = made(CALLS)
    done = 0

    class Killed(BaseException):
        pass

    class Dying:
        """The store, until the process dies before another batch; nothing of it is told afterwards."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def rewrite(self, changes: Sequence[Rewrite]) -> int:
            nonlocal done
            if done == survived:
                raise Killed
            done += 1
            return store.rewrite(changes)

        def acquire_lease(self, name: str, holder: str, now: float, seconds: float) -> bool:
            return seconds == 0.0 or store.acquire_lease(name, holder, now, seconds)  # a killed one gives nothing back

    try:
        quick(Dying(), prices(2.0))
    except Killed:
        pass
    else:
        assert done == 6
    reference = made(at_once(CALLS, prices(2.0)))
    waited: list[float] = []
    now = [T0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        waited.append(seconds)

    reprice(store, prices(2.0), ALL, sleep=sleep, clock=lambda: now[0])

    assert LEASE_SECONDS <= sum(waited) < 2 * LEASE_SECONDS  # until the killed one's lease had run out
    assert told(store) == told(reference)
    assert figures(store) == figures(reference)


def test_a_second_one_is_kept_away_while_the_first_is_alive(made: Callable[..., Store]) -> None:
    store = made(CALLS)
    now = [T0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        assert store.acquire_lease("reprice", "alive", now[0], LEASE_SECONDS)

    assert store.acquire_lease("reprice", "alive", T0, LEASE_SECONDS)
    with pytest.raises(StoreError, match="another `sereno reprice` is at work"):
        reprice(store, prices(1.0), ALL, sleep=sleep, clock=lambda: now[0])
    assert told(store) == told(made(CALLS))


def test_one_that_was_held_up_too_long_stops(made: Callable[..., Store], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH_CALLS", 20)
    store = made(CALLS)
    now = [T0]

    def sleep(_seconds: float) -> None:
        now[0] += 2 * LEASE_SECONDS
        store.acquire_lease("reprice", "another", now[0], LEASE_SECONDS)

    with pytest.raises(StoreError, match="took over"):
        reprice(store, prices(1.0), ALL, sleep=sleep, clock=lambda: now[0])
    first = [call for call in store.export(ALL) if call.cost_source == "local:p1"]
    assert 0 < len(first) <= 20


def test_a_store_that_is_busy_is_asked_again(made: Callable[..., Store]) -> None:
    store = made(CALLS)
    refusals = iter([True, True, False, True, False])

    class Busy:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def rewrite(self, changes: Sequence[Rewrite]) -> int:
            if next(refusals, False):
                raise StoreError("locked by another program")
            return store.rewrite(changes)

    quick(Busy(), prices(1.0))
    assert told(store) == told(made(at_once(CALLS, prices(1.0))))


def test_a_store_that_stays_busy_is_told_and_can_be_priced_later(made: Callable[..., Store]) -> None:
    store = made(CALLS)

    class Locked:
        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def rewrite(self, changes: Sequence[Rewrite]) -> int:
            raise StoreError("locked by another program")

    with pytest.raises(StoreError, match="locked by another program"):
        quick(Locked(), prices(1.0))
    assert told(store) == told(made(CALLS))
    assert quick(store, prices(1.0)).changed  # the lease was given back


def test_a_dry_run_tells_the_same_and_writes_nothing(made: Callable[..., Store]) -> None:
    store = made(CALLS)
    before = (told(store), figures(store))

    dry = quick(store, prices(2.0), dry_run=True)

    assert (told(store), figures(store)) == before
    assert dry == quick(store, prices(2.0))
    assert quick(store, prices(2.0)).changed == 0


def test_what_changed_is_told_by_model(made: Callable[..., Store]) -> None:
    calls = [
        a_call(0, model="a:latest", usage=Usage(1_000_000, None, 0)),
        a_call(1, model="a:latest", usage=Usage(500_000, None, 0), cost_usd=4.0, cost_source="local:old"),
        a_call(2, model="a:latest", usage=Usage()),
        a_call(3, model="b:latest", cost_usd=1.0, cost_source="local:old"),
    ]
    reached: list[int] = []
    done = quick(made(calls), prices(2.0, "a"), reached=reached.append)
    assert (done.looked_at, done.changed, reached) == (4, 3, [4])
    one, other = done.models["a:latest"], done.models["b:latest"]
    assert (one.calls, one.unknown_before, one.unknown_after, one.before, one.after) == (2, 1, 0, 4.0, 3.0)
    assert (other.calls, other.unknown_before, other.unknown_after, other.before, other.after) == (1, 0, 1, 1.0, 0.0)


def test_a_server_that_is_not_configured_any_more_leaves_its_calls_their_price(made: Callable[..., Store]) -> None:
    calls = [a_call(0, upstream="gone", cost_usd=1.0, cost_source="genai-prices:0.2.3:openai/gpt-4o"), a_call(1)]
    store = made(calls)
    done = quick(store, prices(None))
    assert (done.changed, done.kept) == (0, 1)
    assert told(store)[0][1:] == (1.0, "genai-prices:0.2.3:openai/gpt-4o")
    assert quick(store, prices(0.0)).changed == 2  # a configured price is for every server


def test_calls_that_retention_removed_keep_their_share(made: Callable[..., Store]) -> None:
    old = a_call(0, usage=Usage(1_000_000, None, 0), cost_usd=5.0, cost_source="local:old")
    store = made([old, a_call(10, usage=Usage(1_000_000, None, 0), cost_usd=5.0, cost_source="local:old")])
    assert store.delete_calls(T0 + 5, 10) == 1
    quick(store, prices(2.0))
    assert store.aggregate(CallQuery())[0].totals.cost_usd == 7.0


def test_counters_stay_as_they_were_counted(made: Callable[..., Store]) -> None:
    store = made(CALLS)
    before = store.counters()
    quick(store, prices(2.0))
    assert store.counters() == before


def test_a_machine_by_the_hour_needs_no_tokens(made: Callable[..., Store]) -> None:
    store = made(CALLS)
    run = Prices(
        [PriceTable(name="gpu", models=("*",), rates=MachineRates(per_hour=1.0, watts=300, per_kwh=0.3))], SERVERS
    )
    quick(store, run)
    reference = made(at_once(CALLS, run))
    assert told(store) == told(reference)
    assert figures(store) == figures(reference)

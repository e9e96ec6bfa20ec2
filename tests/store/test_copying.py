"""A copied store is the store: every answer the same, from any kind to any kind; what is interrupted goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from sereno.calls import Position
from sereno.errors import StoreError
from sereno.store.base import CallQuery, Dimension, Rewrite, Store
from sereno.store.copying import Checksum, copy_store, is_empty
from sereno.store.sqlite import SqliteStore
from store.conftest import BACKENDS, Databases
from store.made import T0, a_batch, a_call, some_calls

CALLS = some_calls(300, seed=11)
EVERYTHING = CallQuery(internal=None, limit=1000)
BY: Sequence[Sequence[Dimension]] = (("model",), ("category", "user"), ("error_type",))


def quietly(_table: str, _rows: int) -> None:
    """Nobody looks."""


@pytest.fixture
def stores(databases: Databases, tmp_path: Path) -> Callable[[str, str], Any]:
    """Opens a store of a kind; the same one for the same name."""

    def opened(kind: str, name: str) -> Any:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        return SqliteStore(folder / "sereno.db") if kind == "sqlite" else databases.open(folder)

    return opened


def filled(store: Store) -> None:
    """Calls in two batches, of which some were rewritten and the oldest lost their bodies."""
    store.claim_model_slots(["a:latest", "rare:7b"])
    store.add(a_batch(CALLS[:200], "b1", [Position("i", 0, 1, 5)]))
    store.add(a_batch([*CALLS[200:], a_call(9999, prompt="nul \x00 \uffff0")], "b2", [Position("i", 0, 2, 7)]))
    store.rewrite([Rewrite(id=CALLS[3].id, cost_usd=2.5, category="poesía")])
    store.delete_bodies(T0 + 20_000, 1000)
    store.acquire_lease("sweep", "one", 100.0, 10.0)


def answers(store: Store) -> list[Any]:
    """What the two must agree on."""
    return [
        store.calls(EVERYTHING), list(store.export(EVERYTHING)), store.calls_after(-1, 1000), store.counters(),
        store.positions(), store.model_slots(), store.last_sequence(), store.models(),
        *(store.aggregate(CallQuery(), by, 3600.0) for by in BY),
        store.sessions(CallQuery()), store.users(CallQuery()), store.count(CallQuery(search="night watch")),
        store.calls(CallQuery(search="夜警", limit=5)), store.sizes().calls, store.sizes().bodies,
        store.call(CALLS[-1].id),
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "to"), list(product(BACKENDS, BACKENDS)))
def test_a_copy_answers_like_the_source_and_goes_on(stores: Any, kind: str, to: str) -> None:
    source, target = stores(kind, "source"), stores(to, "target")
    filled(source)
    sums = copy_store(source.tables(), target.tables(), quietly)

    assert sums["calls"].rows == 301
    assert answers(target) == answers(source)
    more = a_batch([a_call(20_000, model="new:1b", prompt="zebra")], "b3", [Position("i", 0, 3, 9)])
    for store in (source, target):
        assert store.add(a_batch(CALLS[:200], "b1", [Position("i", 0, 1, 5)])) == 0
        assert store.add(more) == 1
        assert not store.acquire_lease("sweep", "two", 105.0, 10.0)
    assert answers(target) == answers(source)
    source.close()
    target.close()


@pytest.mark.parametrize("to", BACKENDS)
def test_an_interrupted_copy_goes_on(stores: Any, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sereno.store.copying.ROWS_AT_ONCE", 40)
    source, target = stores("sqlite", "source"), stores(to, "target")
    filled(source)
    seen: list[str] = []

    def pulled(table: str, _rows: int) -> None:
        seen.append(table)
        if seen.count("calls") == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(source.tables(), target.tables(), pulled)
    with pytest.raises(StoreError, match=r"is not empty.*--continue"):
        copy_store(source.tables(), target.tables(), quietly)
    rows: list[int] = []
    copy_store(source.tables(), target.tables(), lambda name, n: rows.append(n if name == "calls" else 0), resume=True)
    assert sum(rows) == 301 - 120
    assert answers(target) == answers(source)
    source.close()
    target.close()


def test_a_source_that_changed_meanwhile_is_told(stores: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sereno.store.copying.ROWS_AT_ONCE", 40)
    source, target = stores("sqlite", "source"), stores("sqlite", "target")
    filled(source)

    def pulled(table: str, _rows: int) -> None:
        if table == "bodies":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copy_store(source.tables(), target.tables(), pulled)
    source.rewrite([Rewrite(id=CALLS[0].id, cost_usd=9.75)])
    with pytest.raises(StoreError, match=r"copy of calls .* 301 rows with checksum .* the source was changed"):
        copy_store(source.tables(), target.tables(), quietly, resume=True)
    source.close()
    target.close()


def test_a_store_is_empty_until_something_is_stored(store: Any) -> None:
    assert is_empty(store.tables())
    store.add(a_batch([a_call()]))
    assert not is_empty(store.tables())


def test_a_checksum_is_of_the_rows_in_any_order() -> None:
    rows = [(1, "a", None), (2, "b", 0.5), (3, b"\x00", True)]
    whole = Checksum().plus(rows)
    assert Checksum().plus(rows[2:]).plus(rows[:2]) == whole
    assert Checksum().plus([(3, b"\x00", 1), *rows[:2]]) == whole
    assert Checksum().plus([*rows[:2], (3, b"\x01", True)]) != whole

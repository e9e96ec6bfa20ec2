"""Stored calls sorted anew: by their whole prompt, in batches, with the sums they are in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sereno.assembly import recategorise as module
from sereno.assembly.recategorise import recategorise
from sereno.calls import Call
from sereno.categories.categorise import Categoriser
from sereno.categories.category import Category
from sereno.errors import StoreError
from sereno.store.base import CallQuery
from sereno.store.sqlite import SqliteStore
from store.made import T0, a_batch, a_call

EVERYTHING = CallQuery(internal=None, newest_first=False)
COOKING = Categoriser((Category(name="cooking", words=("recipe",)),))
LATE = "word " * 100 + "recipe"  # beyond what lists show of a prompt


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "sereno.db")
    yield store
    store.close()


def some() -> list[Call]:
    return [
        a_call(0, prompt="a recipe", category="code"),
        a_call(1, prompt=LATE, category=None),
        a_call(2, prompt="hello", category="code"),
        a_call(3, prompt="another recipe", category="cooking"),
        a_call(4, prompt="", category="code"),
        a_call(5, prompt="recipe", operation="other", route="/api/tags", category=None),
    ]


def categories(store: SqliteStore) -> list[str | None]:
    return [call.category for call in store.export(EVERYTHING)]


def test_calls_move_with_their_sums_and_what_cannot_be_told_stays(
    store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH_CALLS", 2)
    store.add(a_batch(some()))
    reached: list[int] = []
    waited: list[float] = []

    done = recategorise(store, COOKING, EVERYTHING, reached=reached.append, sleep=waited.append)

    assert categories(store) == ["cooking", "cooking", "other", "cooking", "code", None]
    assert (done.looked_at, done.changed, done.kept) == (6, 3, 1)
    assert dict(done.moved) == {("code", "cooking"): 1, (None, "cooking"): 1, ("code", "other"): 1}
    assert reached == [2, 4, 6]
    groups = store.aggregate(CallQuery(), ("category",), histograms=False)
    assert {group.key[0]: group.totals.calls for group in groups} == {"cooking": 3, "other": 1, "code": 1}

    again = recategorise(store, COOKING, EVERYTHING, sleep=waited.append)
    assert (again.looked_at, again.changed) == (6, 0)


def test_a_dry_run_counts_and_writes_nothing(store: SqliteStore) -> None:
    store.add(a_batch(some()))
    before = categories(store)

    done = recategorise(store, COOKING, EVERYTHING, dry_run=True)

    assert done.changed == 3
    assert categories(store) == before


def test_times_bound_what_is_looked_at(store: SqliteStore) -> None:
    store.add(a_batch(some()))
    done = recategorise(
        store, COOKING, CallQuery(internal=None, newest_first=False, start=T0 + 1, end=T0 + 3), sleep=lambda _: None
    )
    assert done.looked_at == 2
    assert categories(store) == ["code", "cooking", "other", "cooking", "code", None]


def test_one_at_a_time(store: SqliteStore) -> None:
    now = [T0]

    def sleep(seconds: float) -> None:
        now[0] += seconds
        assert store.acquire_lease("categories apply", "another", now[0], 10.0)

    assert store.acquire_lease("categories apply", "another", T0, 10.0)
    with pytest.raises(StoreError, match="another `sereno categories apply` is at work"):
        recategorise(store, COOKING, EVERYTHING, sleep=sleep, clock=lambda: now[0])

"""Users are counted alike from the roll-up and from the calls."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from api.double import NOW, MemoryStore, chat, priced
from sereno.metrics.account import account
from sereno.metrics.increments import Increments
from sereno.store.base import Batch, CallQuery
from sereno.store.sqlite.store import SqliteStore

MODELS = ("llama3.2", "qwen3", "phi4")
CATEGORIES = ("code", None, "translation")
USERS = ("ada", None, "bea", "carl", "dora", "eve", "")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: Any) -> Iterator[tuple[SqliteStore, MemoryStore]]:
    double = MemoryStore()
    for i in range(200):  # over 40 hours, so that whole hours, a whole day and the ends are all asked for
        exchange = chat("hello", "hi", serial=i, at=NOW - 720.5 * i - 60, model=MODELS[i % 3], user=USERS[i * i % 7])
        double.records.append(priced(exchange, 0.0, CATEGORIES[i // 3 % 3]))
    increments = Increments()
    for record in double.records:
        increments.merge(account(record.call, lambda model: model or "other"))
    store = SqliteStore(tmp_path_factory.mktemp("users") / "sereno.db")
    store.add(Batch(id="b", records=double.records, increments=increments, positions=()))
    yield store, double
    store.close()


@pytest.mark.parametrize("hours", [None, (38.3, 1.1), (30, 6), (2.02, 1.98), (0.5, 0.1), (60, 50)])
def test_the_roll_up_counts_what_the_calls_count(stores: Any, hours: Any) -> None:
    store, double = stores
    start, end = (None, None) if hours is None else (NOW - 3600 * h for h in hours)
    models = (None, "qwen3:latest", "nothing:latest")
    counted = set()
    for model, category, user in product(models, (None, "code"), (None, "bea", "nobody")):
        query = CallQuery(model=model, category=category, user=user, start=start, end=end, limit=7)
        expected = len({c.identity.user for c in double._matching(query, by_end=True)} - {None})
        assert store.unique_users(query) == expected, query
        counted.add(expected)
    assert hours == (60, 50) or len(counted) > 1

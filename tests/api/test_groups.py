"""GET /analytics/groups: any dimension, whole sums, most calls first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.metrics.account import account_all
from sereno.store.base import Batch, Dimension
from sereno.store.sqlite.store import SqliteStore

HOUR = 3600.0
CALLS = MemoryStore([
    chat(f"question {i}", "answer", serial=i, at=NOW - HOUR * (i % 3) - 60, user=("ada", "bob", None)[i % 3],
         session=f"s{i % 5}", model=("a", "b")[i % 2], latency=1.0, tokens=(10, i)) for i in range(12)
])  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    store = SqliteStore(tmp_path_factory.mktemp("groups") / "sereno.db")
    increments = account_all([record.call for record in CALLS.records], lambda model: model or "other")
    store.add(Batch(id="b", records=CALLS.records, increments=increments, positions=()))
    yield create_app(KeeperDouble(store), ApiOptions())
    store.close()


def test_users_with_their_sums_and_those_without_a_name(app: Any) -> None:
    told = fetch(app, "/analytics/groups?by=user").json()
    assert [(g["value"], g["figures"]["total_messages"]) for g in told["groups"]] == [(None, 4), ("ada", 4), ("bob", 4)]
    # i = 0, 3, 6, 9 are ada's: the tokens of her answers are their sum
    assert told["groups"][1]["figures"]["output_tokens"] == 18
    assert (told["by"], told["interval"], told["others"]) == ("user", None, 0)
    assert all(g["messages_by_time"] == [] for g in told["groups"])


def test_every_dimension_adds_up_to_all_calls(app: Any) -> None:
    for by in get_args(Dimension):
        told = fetch(app, f"/analytics/groups?by={by}&limit=100").json()
        assert sum(g["figures"]["total_messages"] for g in told["groups"]) == 12, by


def test_over_time_every_group_has_every_interval(app: Any) -> None:
    told = fetch(app, f"/analytics/groups?by=user&interval=1h&start_time={NOW - 3 * HOUR}&end_time={NOW}").json()
    times = [[i["time"] for i in g["messages_by_time"]] for g in told["groups"]]
    assert times == [["2025-11-20T21:00:00Z", "2025-11-20T22:00:00Z", "2025-11-20T23:00:00Z"]] * 3
    messages = {g["value"]: [i["messages"] for i in g["messages_by_time"]] for g in told["groups"]}
    assert messages == {"ada": [0, 0, 4], "bob": [0, 4, 0], None: [4, 0, 0]}


def test_without_bounds_the_series_begin_at_the_first_call(app: Any) -> None:
    told = fetch(app, "/analytics/groups?by=model&interval=1h").json()
    assert told["groups"][0]["messages_by_time"][0]["time"] == "2025-11-20T21:00:00Z"


def test_the_rest_is_counted(app: Any) -> None:
    told = fetch(app, "/analytics/groups?by=session&limit=2").json()
    assert ([g["value"] for g in told["groups"]], told["others"]) == (["s0", "s1"], 3)


def test_nothing_asked_nothing_found(app: Any) -> None:
    told = fetch(app, "/analytics/groups?user=nobody&interval=1h").json()
    assert (told["groups"], told["others"]) == ([], 0)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("by=colour", "by"),
        ("limit=0", "limit"),
        ("interval=2h", "interval"),
        (f"interval=1m&start_time={NOW - 90 * 86400}", "interval"),
    ],
)
def test_what_cannot_be_is_named(app: Any, query: str, parameter: str) -> None:
    answer = fetch(app, f"/analytics/groups?{query}")
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter

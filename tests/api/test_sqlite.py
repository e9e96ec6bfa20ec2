"""The same application over the real store answers as it does over the double."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.metrics.account import account
from sereno.metrics.increments import Increments
from sereno.store.base import Batch
from sereno.store.sqlite.store import SqliteStore


@pytest.fixture
def pair(tmp_path: Any) -> Any:
    double = MemoryStore([
        chat(f"hello number{i} \"quoted\" '--", "hi there", serial=i, at=NOW - 60 * i - 60, user=["ada", None][i % 2],
             session=f"s{i % 3}", error="boom" if i % 7 == 0 else None, latency=0.1 * i + 0.05) for i in range(40)
    ])  # fmt: skip
    store = SqliteStore(tmp_path / "sereno.db")
    increments = Increments()
    for record in double.records:
        increments.merge(account(record.call, lambda model: model or "other"))
    store.add(Batch(id="b", records=double.records, increments=increments, positions=()))
    yield create_app(KeeperDouble(store), ApiOptions()), create_app(KeeperDouble(double), ApiOptions())
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "/analytics/messages",
        "/analytics/messages?order=oldest&limit=7",
        "/analytics/messages?search=number7+HELLO",
        "/analytics/messages?model=llama3.2&status=error",
        "/analytics/messages?min_latency=1&max_latency=2.5&user=ada",
        "/analytics/messages?min_output_tokens=35",
        "/analytics/export?format=jsonl",
        "/analytics/export?format=csv&session=s1",
    ],
)
def test_lists_are_equal(pair: Any, url: Any) -> None:
    real, double = (fetch(app, url) for app in pair)
    assert real.status_code == 200
    assert real.text == double.text
    assert real.links.keys() == double.links.keys()


@pytest.mark.parametrize("query", ["interval=5m", "interval=1h&user=ada", "interval=1d&tz=Europe/Madrid&min_latency=1"])
def test_aggregates_are_equal(pair: Any, query: Any) -> None:
    real, double = (fetch(app, f"/analytics/aggregations?{query}").json() for app in pair)
    for name in ("total_messages", "unique_users", "error", "error_rate", "input_tokens", "avg_tokens", "total_cost"):
        assert real[name] == double[name], name
    assert [(i["time"], i["messages"], i["error"]) for i in real["messages_by_time"]] == [
        (i["time"], i["messages"], i["error"]) for i in double["messages_by_time"]
    ]
    assert real["latency"] == pytest.approx(double["latency"])


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '"', "NEAR(hello, 2)", "hello OR nothing", "prompt:hello", "hel*", "-hello", "(("]
)
def test_store_syntax_is_text(pair: Any, text: Any) -> None:
    for name in ("search", "model", "user"):
        real, double = (fetch(app, "/analytics/messages", params={name: text}) for app in pair)
        assert real.status_code == 200, real.text
        assert json.loads(real.text) == json.loads(double.text)


def test_drilldown_and_detail(pair: Any) -> None:
    real, double = (fetch(app, "/analytics/users").json() for app in pair)
    real, double = ({(u["user"], u["messages"], u["errors"]) for u in users} for users in (real, double))
    assert real == double
    assert len(fetch(pair[0], "/analytics/sessions").json()) == 3
    one = fetch(pair[0], "/analytics/messages?limit=1").json()[0]["id"]
    got, expected = (fetch(app, f"/analytics/messages/{one}").json() for app in pair)
    assert got == expected
    assert fetch(pair[0], "/sereno/api/status").json()["store"]["calls"] == 40

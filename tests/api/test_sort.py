"""Lists in the order asked for, over HTTP: pages follow the Link header until every call was shown once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.metrics.account import account_all
from sereno.store.base import Batch
from sereno.store.sqlite.store import SqliteStore

CALLS = MemoryStore([
    chat(f"question {i}", "answer", serial=i, at=NOW - 7200.0 * i - 60, user=f"u{i % 4}", session=f"s{i % 5}",
         latency=float(i * 37 % 11) + 0.5, tokens=None if i % 6 == 0 else (i * 7 % 50, i * 11 % 90)) for i in range(30)
])  # fmt: skip
FIGURE: dict[str, Any] = {
    "started": lambda m: m["timestamp"],
    "latency": lambda m: m["latency"],
    "tokens": lambda m: None if m["input_tokens"] is m["output_tokens"] is None else tokens(m),
    "cost": lambda m: m["cost_usd"],
}


def tokens(row: dict[str, Any]) -> int:
    return (row["input_tokens"] or 0) + (row["output_tokens"] or 0)


@pytest.fixture(scope="module")
def app(tmp_path_factory: Any) -> Iterator[Any]:
    store = SqliteStore(tmp_path_factory.mktemp("sorted") / "sereno.db")
    increments = account_all([record.call for record in CALLS.records], lambda model: model or "other")
    store.add(Batch(id="b", records=CALLS.records, increments=increments, positions=()))
    yield create_app(KeeperDouble(store), ApiOptions())
    store.close()


@pytest.mark.parametrize("order", ["newest", "oldest", "desc", "asc"])
@pytest.mark.parametrize("sort", FIGURE)
def test_pages_of_any_order_show_every_call_once(app: Any, sort: str, order: str) -> None:
    url: str | None = f"/analytics/messages?limit=7&sort={sort}&order={order}"
    seen: list[dict[str, Any]] = []
    while url is not None:
        answer = fetch(app, url)
        assert answer.status_code == 200
        seen += answer.json()
        url = answer.links["next"]["url"] if "next" in answer.links else None
    assert sorted(m["id"] for m in seen) == sorted(record.call.id for record in CALLS.records)
    figures = [FIGURE[sort](message) for message in seen]
    known = [figure for figure in figures if figure is not None]
    assert figures == known + [None] * (len(figures) - len(known))
    assert known == sorted(known, reverse=order in ("newest", "desc"))


def test_a_cursor_of_another_sort_is_told(app: Any) -> None:
    following = fetch(app, "/analytics/messages?limit=2&sort=latency").links["next"]["url"]
    answer = fetch(app, following.replace("sort=latency", "sort=tokens"))
    assert (answer.status_code, answer.json()["parameter"]) == (400, "cursor")
    assert "sorted by latency" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "wrong"), [("messages", "size"), ("sessions", "latency"), ("users", "first")])
def test_an_unknown_sort_names_those_there_are(app: Any, path: str, wrong: str) -> None:
    answer = fetch(app, f"/analytics/{path}?sort={wrong}")
    assert (answer.status_code, answer.json()["parameter"]) == (400, "sort")
    assert "cost" in answer.json()["expected"]


def test_users_and_conversations_are_sorted(app: Any) -> None:
    users = fetch(app, "/analytics/users?sort=tokens").json()
    assert [tokens(u) for u in users] == sorted((tokens(u) for u in users), reverse=True)
    assert sum(day["messages"] for user in users for day in user["messages_by_day"]) == 30
    assert {tuple(user["models"]) for user in users} == {("llama3.2:latest",)}
    sessions = fetch(app, "/analytics/sessions?sort=tokens&user=u1").json()
    assert [tokens(s) for s in sessions] == sorted((tokens(s) for s in sessions), reverse=True)
    assert [s["messages"] for s in sessions] == [6] * len(sessions)  # whole, whoever else took part

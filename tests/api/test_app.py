"""The API as a client meets it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.client import fetch
from api.double import NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.errors import ConfigError, StoreError
from sereno.query.access import AccessRules
from sereno.trust.keys import issue
from web.serving import serving

FIELDS = [
    *("id", "timestamp", "model", "user", "session", "operation", "status", "error_type", "prompt", "response"),
    *("category", "input_tokens", "output_tokens", "cached_input_tokens", "latency", "ttft", "tokens_per_second"),
    *("cost_usd", "stream", "finish_reason", "client", "trace_id"),
]
FOREIGN = "192.0.2.7"


def calls(n: Any) -> Any:
    return [chat(f"hello number{i}", "hi there", serial=i, at=NOW - 60 * i - 60, user="ada" if i % 2 else None,
                 session="s1", error="boom" if i % 7 == 0 else None) for i in range(n)]  # fmt: skip


def made(n: Any = 30, keys: Any = (), **options: Any) -> Any:
    view = KeeperDouble(MemoryStore(calls(n)), keys)
    return create_app(view, ApiOptions(**options)), view


def test_a_message_reads_as_the_design_says() -> None:
    app, _ = made()
    rows = fetch(app, "/analytics/messages?limit=3").json()
    assert [list(row) for row in rows] == [FIELDS] * 3
    assert fetch(app, "/analytics/messages?model=llama3.2&search=number5").json()[0]["prompt"] == "hello number5"


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(1, 9), st.lists(st.integers(0, 3), max_size=12), st.booleans())
def test_paging_covers_every_call_exactly_once_while_others_arrive(
    n: Any, limit: Any, arrivals: Any, oldest: Any
) -> None:
    app, view = made(n)
    before = {r.call.id for r in view.store.records}
    url, seen, serial = f"/analytics/messages?limit={limit}{'&order=oldest' if oldest else ''}", [], 1000
    arriving = iter(arrivals)
    while url:
        answer = fetch(app, url)
        seen += [row["id"] for row in answer.json()]
        url = answer.links.get("next", {}).get("url") or ""
        for _ in range(next(arriving, 0)):
            serial += 1
            view.store.records += MemoryStore([chat("new", "x", serial=serial, at=NOW)]).records
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.mark.parametrize("path", ["messages", "aggregations", "models", "export", "sessions", "users", "live"])
def test_a_wrong_parameter_is_named_everywhere(path: Any) -> None:
    app, _ = made(3)
    for query, named in (("start_time=soon", "start_time"), ("limmit=1", "limmit"), ("status=ok", "status")):
        answer = fetch(app, f"/analytics/{path}?{query}")
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["parameter"] == named
        assert answer.json()["expected"]


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", '" OR "', "NEAR(a b)", "a* AND b", "'; DROP TABLE calls; --", "prompt:x", "(("]
)
def test_query_syntax_is_text(text: Any) -> None:
    app, view = made(3)
    for name in ("search", "model", "user", "session"):
        answer = fetch(app, "/analytics/messages", params={name: text})
        assert answer.status_code == 200
    assert len(view.store.records) == 3


def test_aggregations_count_as_the_calls_do() -> None:
    app, view = made(30)
    got = fetch(app, "/analytics/aggregations?interval=5m").json()
    errors = sum(r.call.status == "error" for r in view.store.records)
    assert (got["total_messages"], got["unique_users"], got["error"]) == (30, 1, errors)
    assert got["error_rate"] == errors / 30
    assert got["avg_tokens"] == {"input": 12.0, "output": 34.0}
    assert got["total_cost"] is None
    assert sum(i["messages"] for i in got["messages_by_time"]) == 30
    assert [m["model"] for m in got["messages_by_model"]] == ["llama3.2:latest"]


def test_empty_intervals_are_there_and_a_day_begins_in_its_time_zone() -> None:
    app, _ = made(1)
    query = "start_time=2025-10-25T00:00:00%2B02:00&end_time=2025-10-28T00:00:00%2B01:00&interval=1d&tz=Europe/Madrid"
    days = fetch(app, f"/analytics/aggregations?{query}").json()["messages_by_time"]
    # The clocks of Madrid went back on 2025-10-26: that day has 25 hours.
    assert [d["time"] for d in days] == ["2025-10-24T22:00:00Z", "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z"]
    assert [(d["messages"], d["error_rate"]) for d in days] == [(0, None)] * 3
    refused = fetch(app, "/analytics/aggregations?interval=1m&start_time=2020-01-01&end_time=2021-01-01").json()
    assert refused["parameter"] == "interval"


def test_aggregates_answer_304_until_something_is_stored() -> None:
    app, view = made(3)
    first = fetch(app, "/analytics/aggregations")
    again = {"If-None-Match": first.headers["etag"]}
    assert fetch(app, "/analytics/aggregations", headers=again).status_code == 304
    view.store.records += MemoryStore([chat("new", "x", serial=99)]).records
    assert fetch(app, "/analytics/aggregations", headers=again).status_code == 200


def test_a_call_is_told_whole() -> None:
    app, view = made(3)
    got = fetch(app, f"/analytics/messages/{view.store.records[1].call.id}").json()
    assert [(m["role"], m["content"]) for m in got["messages"]] == [
        ("user", "hello number1"),
        ("assistant", "hi there"),
    ]
    assert len(got["timeline"]) == 2
    assert json.loads(got["request"]["body"]["text"])["model"] == "llama3.2"
    for missing in ("nonsense", "00000000-0000-7000-8000-000000000000", "%2e%2e%2fx"):
        assert fetch(app, f"/analytics/messages/{missing}").status_code == 404


def test_every_path_refuses_a_foreigner_without_a_key() -> None:
    app, _ = made(3)
    paths = fetch(app, "/sereno/api/openapi.json").json()["paths"]
    assert len(paths) >= 19
    for path in [*paths, "/sereno/api/openapi.json", "/", "/dashboard", "/nothing"]:
        forged = {"X-Forwarded-For": "127.0.0.1", "X-Sereno-Peer": "127.0.0.1", "Forwarded": "for=127.0.0.1"}
        answer = fetch(app, path.replace("{call_id}", "x"), peer=FOREIGN, headers=forged)
        assert answer.status_code == (200 if path in ("/healthz", "/readyz") else 401), path
        assert fetch(app, path, peer=None).status_code == 403
        if path not in ("/healthz", "/readyz"):
            assert fetch(app, path, host="evil.example").status_code == 403
    assert fetch(app, "/readyz", peer=FOREIGN).json() == {"status": "ok"}


def test_keys_and_their_rate() -> None:
    key, secret = issue("r", ["read"], random=bytes(28), now=0)
    app, _ = made(3, [key], requests_per_minute=60, burst=2)
    headers = {"X-Sereno-Key": secret}
    got = [fetch(app, "/analytics/users", peer=FOREIGN, headers=headers) for _ in range(3)]
    assert [g.status_code for g in got] == [200, 200, 429]
    assert got[2].headers["retry-after"] == "1"
    assert fetch(app, "/analytics/users").status_code == 200  # loopback is not limited


def test_cors_only_for_listed_origins() -> None:
    app, _ = made(3, cors_origins=("https://dash.example",))
    good = fetch(app, "/analytics/users", headers={"Origin": "https://dash.example"})
    assert good.headers["access-control-allow-origin"] == "https://dash.example"
    assert "Origin" in good.headers["vary"]
    bad = fetch(app, "/analytics/users", headers={"Origin": "https://dash.example.evil"})
    assert "access-control-allow-origin" not in bad.headers
    ask = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-sereno-key"}
    preflight: dict[str, Any] = {"method": "OPTIONS", "peer": FOREIGN}
    assert fetch(app, "/analytics/users", headers=ask | {"Origin": "https://dash.example"}, **preflight).is_success
    assert not fetch(app, "/analytics/users", headers=ask | {"Origin": "https://evil.example"}, **preflight).is_success
    assert (
        "access-control-allow-origin"
        not in fetch(made()[0], "/analytics/users", headers=ask | {"Origin": "null"}).headers
    )
    with pytest.raises(ConfigError):
        ApiOptions(cors_origins=("*",))


def test_methods_bodies_and_head() -> None:
    app, _ = made(3)
    assert fetch(app, "/analytics/users", method="DELETE").status_code == 405
    assert fetch(app, "/analytics/users", content=b"x" * 70_000).status_code == 413
    for path in ("/analytics/users", "/analytics/live"):
        head = fetch(app, path, method="HEAD")
        assert (head.status_code, head.content) == (200, b"")
    assert [fetch(app, path).headers["location"] for path in ("/", "/dashboard", "/dashboard/")] == ["/sereno"] * 3


def test_metrics_follow_accept() -> None:
    app, _ = made(1)
    assert fetch(app, "/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")
    asked = fetch(app, "/metrics", headers={"Accept": "application/openmetrics-text"})
    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    public, _ = made(1, access=AccessRules(metrics_public=True))
    assert fetch(public, "/metrics", peer=FOREIGN).status_code == 200


def test_a_store_that_fails_is_a_503() -> None:
    app, view = made(3)
    view.store.failing = StoreError("The store is locked.")
    for path in ("/analytics/messages", "/analytics/export?format=csv", "/analytics/aggregations"):
        answer = fetch(app, path)
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:sereno:problem:store-unavailable")


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "parquet"])
def test_an_export_of_nothing_is_a_file(form: Any) -> None:
    answer = fetch(made(3)[0], f"/analytics/export?format={form}&user=nobody")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="ollama_analytics.{form}"'


def test_an_export_that_fails_midway_is_cut_not_ended() -> Any:
    app, view = made(3)

    def failing(query: Any) -> Any:
        for _ in range(20_000):
            yield view.store.records[0].call
        raise StoreError("gone")

    view.store.export = failing
    with serving(app) as base, pytest.raises(httpx.RemoteProtocolError):
        httpx.get(f"{base}/analytics/export?format=jsonl")


def test_live_resumes_after_the_last_event() -> None:
    app, view = made(3)
    with serving(app) as base:
        got = []
        with httpx.stream("GET", f"{base}/analytics/live", headers={"Last-Event-ID": "0"}, timeout=10) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    got.append(json.loads(line[5:])["id"])
                    if len(got) == 2:
                        view.store.records += MemoryStore([chat("live", "x", serial=77)]).records
                    if len(got) == 3:
                        break
    assert got == [r.call.id for r in view.store.records[1:]]

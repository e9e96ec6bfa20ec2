"""The record over HTTP: what is asked, what comes back, what a wrong answer is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import islice
from typing import Any

import httpx
import pytest

from sereno.assembly.remote import RemoteRecord
from sereno.errors import QueryError, SerenoError, StoreError
from sereno.query.message import CallMessage

IDS = [f"0192f0a1-b2c3-7def-8123-4567000000{number:02x}" for number in range(9)]
Handler = Callable[[httpx.Request], httpx.Response]


def told(number: int) -> dict[str, Any]:
    return {
        **dict.fromkeys(CallMessage.__struct_fields__), "id": IDS[number], "timestamp": "2026-11-20T10:00:00Z",
        "operation": "chat", "status": "success", "prompt": "p", "response": "r", "latency": 1.0, "stream": False,
    }  # fmt: skip


def record(handler: Handler, key: str = "") -> RemoteRecord:
    return RemoteRecord("http://keeper.example.org", key, httpx.MockTransport(handler), sleep=lambda _: None)


def event(number: int) -> str:
    return f"id: {number}\ndata: {json.dumps(told(number))}\n\n"


def test_a_page_carries_filters_and_key_and_knows_whether_there_is_more() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        link = {"Link": '</analytics/messages?cursor=abc>; rel="next"'} if len(seen) == 1 else {}
        return httpx.Response(200, json=[told(0)], headers=link)

    with record(answer, key="sk-sereno-x") as remote:
        calls, more = remote.page([("model", "a b"), ("limit", "1")])
        assert ([call.id for call in calls], more) == ([IDS[0]], True)
        assert remote.page([])[1] is False
    assert seen[0].url.path == "/analytics/messages"
    assert seen[0].url.params.multi_items() == [("model", "a b"), ("limit", "1")]
    assert seen[0].headers["x-sereno-key"] == "sk-sereno-x"


def test_latest_ids_follow_the_link_of_each_page() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        at = int(request.url.params.get("cursor", "0"))
        link = {"Link": f'</analytics/messages?limit=2&cursor={at + 2}>; rel="next"'} if at < 4 else {}
        return httpx.Response(200, json=[told(at), told(at + 1)], headers=link)

    with record(answer) as remote:
        assert list(remote.latest_ids(100)) == IDS[:6]
        assert list(remote.latest_ids(4)) == IDS[:4]


def test_follow_begins_with_the_latest_and_goes_on_after_a_broken_connection() -> None:
    streams = [event(0) + event(1) + ": nothing new\n\n" + event(2), event(3)]
    asked: list[list[tuple[str, str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/analytics/messages":
            assert dict(request.url.params) == {"status": "success", "limit": "2"}
            return httpx.Response(200, json=[told(1), told(0)])
        asked.append(request.url.params.multi_items())
        return httpx.Response(200, text=streams.pop(0))

    with record(answer) as remote:
        calls = remote.follow([("status", "success")], 2)
        assert [call.id for call in islice(calls, 4)] == IDS[:4]
    assert asked == [[("status", "success")], [("status", "success"), ("after", "2")]]


def test_an_export_is_passed_on_piece_by_piece() -> None:
    with record(lambda _: httpx.Response(200, content=b"x" * 1000)) as remote:
        exported = remote.export([("format", "csv")])
        assert b"".join(exported.pieces) == b"x" * 1000
        assert (exported.done(), exported.unit, exported.total) == (1000, "bytes", None)


def problem(status: int, **more: str) -> httpx.Response:
    return httpx.Response(status, json={"type": "urn:x", "title": "t", "status": status, "detail": "Why.", **more})


@pytest.mark.parametrize(
    ("response", "kind", "said"),
    [
        (problem(400, parameter="limit", expected="a number"), QueryError, "Why."),
        (problem(404), QueryError, "Why."),
        (problem(401), StoreError, "http://keeper.example.org answered 401: Why."),
        (problem(503), StoreError, "answered 503: Why."),
        (httpx.Response(502, text="<html>"), StoreError, "answered 502, not as a keeper does; correct --url"),
        (httpx.Response(302, headers={"Location": "http://evil.example.org/"}), StoreError, "answered 302"),
        (httpx.Response(200, text="<html>"), StoreError, "does not answer as a keeper does"),
        (httpx.Response(200, json=[{"id": 1}]), StoreError, "does not answer as a keeper does"),
    ],
)
def test_a_wrong_answer_is_one_sentence(response: httpx.Response, kind: type[SerenoError], said: str) -> None:
    with record(lambda _: response) as remote, pytest.raises(kind) as caught:
        remote.page([])
    assert said in str(caught.value)


def test_an_export_that_is_refused_says_why() -> None:
    with record(lambda _: problem(400, parameter="format")) as remote, pytest.raises(QueryError, match="Why"):
        list(remote.export([("format", "xml")]).pieces)


def test_nobody_there() -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with record(refuse) as remote:
        for ask in (
            lambda: remote.page([]),
            lambda: next(remote.follow([], 0)),
            lambda: list(remote.export([]).pieces),
        ):
            with pytest.raises(StoreError, match=r"http://keeper\.example\.org does not answer"):
                ask()

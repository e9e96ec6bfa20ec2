"""The demo's charts: what is asked, and that outcomes are the server's own counts."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from sereno.demo.explaining import explain, market_chart, requests, traffic_chart
from sereno.explain.read import chart_of_json

CALLS: list[dict[str, Any]] = [
    {"timestamp": "2026-01-01T00:00:02Z", "latency": 2.0, "ttft": None},
    {"timestamp": "2026-01-01T00:00:01Z", "latency": 1.0, "ttft": 0.5},
    {"timestamp": "2026-01-01T00:00:03Z", "latency": None, "ttft": None},
]


def test_charts_are_what_was_recorded() -> None:
    latency, ttft = chart_of_json(traffic_chart(CALLS)).series
    assert (list(latency.values), latency.unit) == ([1.0, 2.0], "s")
    assert str(ttft.values.tolist()) == "[0.5, nan]"
    (close,) = chart_of_json(market_chart([("2018-12-31", 2506.85)])).series
    assert (list(close.times), list(close.values)) == ([1546214400.0], [2506.85])  # date -u -d 2018-12-31 +%s


def test_each_chart_is_told_by_everyone() -> None:
    asked = [(one["title"], one["language"], one["model"]) for one in requests([{}, {}], ["small"])]
    assert len(asked) == len(set(asked)) == 6
    assert [model for _, _, model in asked] == ["template"] * 4 + ["small"] * 2


def outcome(answer: httpx.Response) -> object:
    async def ask() -> object:
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer), base_url="http://x") as client:
            return await explain(client, {"title": "T", "model": "small"})

    return asyncio.run(ask())


def test_counts_are_the_verifiers_own() -> None:
    end = b'event: end\ndata: {"score":0.5,"supported":1,"numbers":2,"model":"small","seconds":3.0}\n\n'
    found = outcome(httpx.Response(200, content=b": heartbeat\n\nevent: text\ndata: {}\n\n" + end))
    assert (found.supported, found.numbers, found.failure) == (1, 2, "")  # type: ignore[attr-defined]


def test_trouble_is_said() -> None:
    assert outcome(httpx.Response(503, text="busy")).failure == "busy"  # type: ignore[attr-defined]
    assert outcome(httpx.Response(200, content=b"")).failure == "the answer broke off"  # type: ignore[attr-defined]
    said = b'event: error\ndata: {"detail":"it is gone"}\n\n'
    end = b'event: end\ndata: {"score":1,"supported":0,"numbers":0,"model":null,"seconds":3.0}\n\n'
    found = outcome(httpx.Response(200, content=said + end))
    assert (found.failure, found.model) == ("it is gone", "template")  # type: ignore[attr-defined]

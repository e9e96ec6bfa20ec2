"""Categories through all of Sereno: settings, gateway, journal, keeper, store, API, metrics, commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import httpx

from assembly.supervised import Up, eventually

SETTINGS = """
[categories.weather]
title_es = "El tiempo"
words = ["forecast"]
patterns = ['\\d{1,2} ?degrees?,? too']
"""


def test_a_call_gets_its_category_and_tells_why(up: Callable[..., Up], tmp_path: Path) -> None:
    (tmp_path / "sereno.toml").write_text(SETTINGS)
    one = up().wait_ready()
    for prompt in ("Why is the sky blue?", "25 degrees, too warm?"):
        assert one.chat(prompt).status_code == 200
    calls = eventually(lambda: len(found := one.recorded()) == 2 and found, "two calls in the store")
    by_prompt = {call["prompt"]: call for call in calls}
    assert {prompt: call["category"] for prompt, call in by_prompt.items()} == {
        "Why is the sky blue?": "question_answering",
        "25 degrees, too warm?": "weather",
    }
    sums = httpx.get(f"{one.gateway}/analytics/aggregations").json()["messages_by_category"]
    assert {row["category"]: row["messages"] for row in sums} == {"question_answering": 1, "weather": 1}
    (only,) = httpx.get(f"{one.gateway}/analytics/messages", params={"category": "weather"}).json()
    detail = httpx.get(f"{one.gateway}/analytics/messages/{only['id']}").json()
    assert detail["category_reason"]["evidence"][0]["text"] == "25 degrees, too"
    assert 'sereno_enrich_failures_total{enricher="category"} 0' in httpx.get(f"{one.gateway}/metrics").text

    changed = json.loads(
        one.sereno("categories", "apply", "--json", "--set", "categories.weather.words=blue", "--set",
                   "categories.weather.patterns=nothing")
    )  # fmt: skip
    assert {(move["before"], move["now"], move["calls"]) for move in changed["moved"]} == {
        ("question_answering", "weather", 1), ("weather", "question_answering", 1)
    }  # fmt: skip
    sums = httpx.get(f"{one.gateway}/analytics/aggregations").json()["messages_by_category"]
    assert {row["category"]: row["messages"] for row in sums} == {"question_answering": 1, "weather": 1}
    assert one.stop() == 0


def test_a_key_made_before_the_first_start_opens_at_once(up: Callable[..., Up]) -> None:
    one = up("--set", "gateway.require_key=always")
    one.wait_ready()
    assert one.chat().status_code == 401
    assert one.stop() == 0
    secret = one.sereno("keys", "add", "laptop").strip()
    again = up("--set", "gateway.require_key=always").wait_ready()
    body = {"model": "smollm2:135m", "messages": []}
    answer = httpx.post(f"{again.gateway}/api/chat", json=body, headers={"X-Sereno-Key": secret}, timeout=30)
    assert answer.status_code == 200
    assert again.stop() == 0

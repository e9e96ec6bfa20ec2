"""Categories as a client meets them: a filter, sums by category, and why one call is what it is."""

from __future__ import annotations

import msgspec
from starlette.types import ASGIApp

from api.client import fetch
from api.double import CATEGORISER, NOW, KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.categories.calls import category_of
from sereno.store.base import Record

PROMPTS = ("Fix this Python function", "Traduce al inglés: hola", "Debug my bash script", "zzz")


def app() -> ASGIApp:
    store = MemoryStore([chat(prompt, "…", serial=i, at=NOW - 60 * i - 60) for i, prompt in enumerate(PROMPTS)])
    store.records = [
        Record(msgspec.structs.replace(r.call, category=category_of(r.call, CATEGORISER)), r.exchange)
        for r in store.records
    ]
    return create_app(KeeperDouble(store), ApiOptions())


def test_calls_are_filtered_and_summed_by_category() -> None:
    api = app()
    rows = fetch(api, "/analytics/messages?category=code").json()
    assert [(row["prompt"], row["category"]) for row in rows] == [(PROMPTS[0], "code"), (PROMPTS[2], "code")]
    assert fetch(api, "/analytics/messages?category=nothing").json() == []

    sums = fetch(api, "/analytics/aggregations").json()["messages_by_category"]
    assert [(one["category"], one["messages"], one["input_tokens"]) for one in sums] == [
        ("code", 2, 24), ("other", 1, 12), ("translation", 1, 12)
    ]  # fmt: skip
    only = fetch(api, "/analytics/aggregations?category=translation").json()
    assert (only["total_messages"], [one["category"] for one in only["messages_by_category"]]) == (1, ["translation"])


def test_a_call_tells_why() -> None:
    api = app()
    ids = {row["prompt"]: row["id"] for row in fetch(api, "/analytics/messages").json()}
    reason = fetch(api, f"/analytics/messages/{ids[PROMPTS[1]]}").json()["category_reason"]
    assert reason["category"] == "translation"
    assert {"rule": "traduce", "text": "Traduce", "weight": 6} in reason["evidence"]
    assert {"rule": "al inglés", "text": "al inglés", "weight": 9} in reason["evidence"]
    assert reason["scores"][0][0] == "translation"
    nothing = fetch(api, f"/analytics/messages/{ids['zzz']}").json()["category_reason"]
    assert nothing == {"category": "other", "evidence": [], "scores": []}

"""Feedback over HTTP: what is taken, what is refused, who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import URL

from api.client import fetch
from api.double import KeeperDouble, MemoryStore, chat
from sereno.api.app import create_app
from sereno.api.options import ApiOptions
from sereno.query.access import AccessRules
from sereno.store.ledger import Ledger
from sereno.trust.keys import issue

CALL = "0192f0a1-b2c3-7def-8123-456789abcdef"
JSON = {"Content-Type": "application/json"}
READER, READ = issue("reader", ["read"], random=bytes(28), now=0)
CALLER, USE = issue("caller", ["use"], random=b"\x01" * 28, now=0)
ADDRESS = "/sereno/api/feedback"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Any]:
    ledger = Ledger(URL.create("sqlite", database=str(tmp_path / "sereno.db")))
    view = KeeperDouble(MemoryStore([chat("q", "a")]), (READER, CALLER), ledger)
    yield create_app(view, ApiOptions(access=AccessRules()))
    ledger.close()


def post(app: Any, body: object, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    return fetch(app, ADDRESS, method="POST", content=json.dumps(body).encode(), headers=JSON | (headers or {}), **more)


def test_a_word_is_taken_and_told(app: Any) -> None:
    answer = post(app, {"call": CALL, "thumbs": "up", "comment": "ñandú", "user": "ada"})
    assert answer.status_code == 200, answer.text
    post(app, {"call": CALL, "thumbs": "up", "comment": "ñandú", "user": "ada"})
    post(app, {"trace_id": "A" * 32, "score": -0.5}, {"User-Agent": "sereno-agent"})
    post(app, {"session": "s", "label": "wrong"})
    listed = fetch(app, ADDRESS).json()
    assert len(listed) == 3
    by = {one["call"] or one["trace_id"] or one["session"]: one for one in listed}
    assert (by[CALL]["score"], by[CALL]["comment"], by[CALL]["user"], by[CALL]["model"]) == (1.0, "ñandú", "ada", None)
    assert (by["a" * 32]["score"], by["a" * 32]["source"]) == (-0.5, "agent")
    assert (by["s"]["label"], by["s"]["score"]) == ("incorrect", None)
    assert fetch(app, ADDRESS, params={"model": "none"}).json() == []


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "call"),
        ({"call": CALL}, "score"),
        ({"call": CALL, "session": "s", "score": 1}, "call"),
        ({"call": "../etc", "score": 1}, "call"),
        ({"trace_id": "0" * 32, "score": 1}, "trace_id"),
        ({"call": CALL, "score": 1.1}, "score"),
        ({"call": CALL, "score": 1, "thumbs": "up"}, "thumbs"),
        ({"call": CALL, "thumbs": "sideways"}, "thumbs"),
        ({"call": CALL, "label": "perhaps"}, "label"),
        ({"call": CALL, "score": 1, "comment": "x" * 4001}, "comment"),
        ({"session": "x" * 257, "score": 1}, "session"),
    ],
)
def test_what_is_wrong_is_named(app: Any, body: object, parameter: str) -> None:
    answer = post(app, body)
    assert answer.status_code == 400
    assert answer.json()["parameter"] == parameter
    assert fetch(app, ADDRESS).json() == []


def test_who_may(app: Any) -> None:
    word = {"call": CALL, "score": 1}
    assert post(app, word, peer="10.0.0.9").status_code == 401
    assert post(app, word, {"X-Sereno-Key": USE}, peer="10.0.0.9").status_code == 403
    assert post(app, word, {"Origin": "https://elsewhere.example"}).status_code == 403
    assert post(app, word, {"Content-Type": "text/plain"}).status_code == 415
    assert post(app, word, {"X-Sereno-Key": READ}, peer="10.0.0.9").json()["user"] == "reader"


def test_a_keeper_without_a_ledger_says_so() -> None:
    app = create_app(KeeperDouble(MemoryStore([])), ApiOptions(access=AccessRules()))
    assert post(app, {"call": CALL, "score": 1}).status_code == 404

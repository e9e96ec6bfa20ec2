"""What stands beside figures is of what the figures count."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW, MemoryStore, chat
from sereno.store.base import CallQuery
from sereno.web.answers import answers
from web.site_under_test import made


def lookup(serial: int, path: str, *, status: int = 404, latency: float = 900.0) -> Any:
    """A request that asks nothing of a model."""
    sent = chat("", "", serial=serial, at=NOW - 30 - serial / 100, latency=latency, user="ada")
    return msgspec.structs.replace(sent, target=path, status=status, request_body=b'{"model": "llama3.2"}')


def failed(serial: int, error: str) -> Any:
    return chat("q", "", serial=serial, at=NOW - 600 - serial, error=error, user="ada")


def test_lookups_do_not_hide_answers() -> None:
    store = MemoryStore([*(lookup(i, "/api/show") for i in range(30)), failed(50, "b"), failed(51, "a")])
    query = CallQuery(status="error", limit=3)
    assert [row.error_message for row in answers(store, query)] == ["b", "a"]
    assert [row.operation for row in answers(store, msgspec.structs.replace(query, operation="other"))] == ["other"] * 3


def test_one_question_is_enough_however_many_lookups_there_are() -> None:
    class Counting(MemoryStore):
        asked = 0

        def calls(self, query: CallQuery) -> Any:
            self.asked += 1
            return super().calls(query)

    store = Counting([*(lookup(i, "/x") for i in range(100)), failed(9999, "late")])
    assert [row.error_message for row in answers(store, CallQuery(status="error", limit=1))] == ["late"]
    assert store.asked == 1


@pytest.mark.parametrize("page", ["/sereno.json", "/sereno/model.json?model=llama3.2", "/sereno/user.json?user=ada"])
def test_pages_show_the_errors_that_they_count(page: str) -> None:
    pull = lookup(60, "/api/pull", status=200, latency=3600.0)
    app, _ = made(
        [*(lookup(i, "/api/show") for i in range(20)), pull, failed(50, "out of memory"), chat("q", "a", user="ada")]
    )
    told = fetch(app, page).json()
    assert told["figures"]["error"] == 1
    assert [row["error_message"] for row in told["errors"]] == ["out of memory"]
    assert {row["operation"] for row in told["slowest"]} == {"chat"}
    assert json.dumps(told).count("/api/pull") == 0

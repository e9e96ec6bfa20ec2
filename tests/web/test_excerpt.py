"""What a page holds of a call that carries more than a page can hold."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from api.client import fetch
from api.double import NOW, chat
from sereno.calls import Message
from sereno.web.excerpt import LAST_CHARACTERS, LAST_MESSAGES, TEXT_CHARACTERS, characters, excerpt
from web.site_under_test import made


def test_what_fits_is_shown_as_it_is() -> None:
    messages = [Message("user", "x" * TEXT_CHARACTERS), Message("assistant", "", "thought")]
    found = excerpt(messages)
    assert (found.left_out, found.cut) == (0, False)
    assert all(shown is message for shown, message in zip(found.messages, messages, strict=True))
    assert excerpt([]).messages == ()


def test_the_last_messages_are_shown() -> None:
    many = [Message("user", str(number)) for number in range(LAST_MESSAGES + 5)]
    assert (excerpt(many).messages, excerpt(many).left_out) == (tuple(many[5:]), 5)


def test_long_texts_together_have_a_limit_and_one_is_always_shown() -> None:
    long = [Message("user", "x" * (TEXT_CHARACTERS - 1)) for _ in range(9)]
    found = excerpt(long)
    assert sum(map(characters, found.messages)) <= LAST_CHARACTERS < sum(map(characters, long))
    assert found.left_out == 9 - len(found.messages)
    (one,) = excerpt([Message("user", "x" * LAST_CHARACTERS, "y" * LAST_CHARACTERS)] * 2).messages[-1:]
    assert (len(one.content), len(one.thinking or "")) == (TEXT_CHARACTERS, TEXT_CHARACTERS)


@pytest.mark.parametrize(("count", "text"), [(1, "x" * 3_000_000), (40_000, "a")])
def test_the_page_of_a_call_is_bounded_and_leads_to_the_rest(count: int, text: str) -> None:
    turns = [{"role": "user", "content": text}] * count
    body = json.dumps({"model": "llama3.2", "messages": turns}).encode()
    sent: Any = chat("q", "a", serial=1, at=NOW - 60)
    app, view = made([msgspec.structs.replace(sent, request_body=body, request_size=len(body))])
    address = f"/sereno/calls/{view.store.records[0].call.id}"
    page = fetch(app, address).text
    assert len(page) < 2 * LAST_CHARACTERS
    assert f'<a href="{address}.json">' in page
    assert len(fetch(app, address + ".json").json()["messages"]) == count + 1

"""Prompts and answers by the conventions' schemas, only where they are asked for."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from captures.loader import exchange
from sereno.tracing.content import MOST_BYTES, content_of
from sereno.wire.decode import decode


def both(name: str) -> tuple[list[Any], list[Any]]:
    recorded = exchange(name)
    found = content_of(decode(recorded), recorded)
    return json.loads(str(found["gen_ai.input.messages"])), json.loads(str(found["gen_ai.output.messages"]))


def test_messages_of_a_chat() -> None:
    recorded = exchange("chat_system")
    asked = json.loads(recorded.request_body)["messages"]
    sent, answered = both("chat_system")
    assert sent == [{"role": m["role"], "parts": [{"type": "text", "content": m["content"]}]} for m in asked]
    (answer,) = answered
    assert (answer["role"], answer["finish_reason"]) == ("assistant", decode(recorded).finish_reason)
    assert answer["parts"][0]["content"] == decode(recorded).response


@pytest.mark.parametrize("name", ["chat_tools_nostream", "v1_chat_tools_stream", "v1_messages_tools_stream"])
def test_tool_calls(name: str) -> None:
    _, (answer, *_) = both(name)
    calls = [part for part in answer["parts"] if part["type"] == "tool_call"]
    assert calls
    assert calls[0]["name"] == "get_weather"


def test_every_choice_is_a_message_of_its_own() -> None:
    assert len(both("llama-cpp/chat_two_choices")[1]) == 2


def test_masked_texts_stand_in_for_bodies() -> None:
    call = msgspec.structs.replace(decode(exchange("chat_nostream")), prompt="my card is ****", response="noted")
    found = content_of(call, None)
    assert "my card is ****" in str(found["gen_ai.input.messages"])
    assert "noted" in str(found["gen_ai.output.messages"])
    assert content_of(msgspec.structs.replace(call, prompt="", response=""), None) == {}


@pytest.mark.parametrize("count", [1, 7, 500])
def test_long_conversations_keep_their_end_within_the_limit(count: int) -> None:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": f"{i} " + "é" * (600_000 // count)}
                                                  for i in range(count)]}).encode()  # fmt: skip
    long = msgspec.structs.replace(exchange("chat_nostream"), request_body=body, request_size=len(body))
    text = str(content_of(decode(long), long)["gen_ai.input.messages"])
    assert len(text.encode()) <= MOST_BYTES
    assert json.loads(text)[-1]["parts"][0]["content"].startswith(f"{count - 1} ")

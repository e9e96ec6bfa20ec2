"""Calls find their session by what clients send back."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from captures.loader import exchange
from sereno.calls import Message, ToolCall
from sereno.wire.conversation import messages, thread
from sereno.wire.decode import decode

TURNS = st.lists(st.tuples(st.text(), st.text(min_size=1).filter(str.strip)), min_size=1, max_size=5)


@given(TURNS, st.text(), st.text())
def test_the_next_call_continues_the_one_before(turns: list[tuple[str, str]], new: str, system: str) -> None:
    history: list[Message] = [Message("system", system)]
    conversation: bytes | None = None
    for question, answer in turns:
        history.append(Message("user", question))
        said = Message("assistant", answer)
        now, parent = thread(history, said)
        assert parent == conversation
        conversation = now
        history.append(said)
    assert thread([Message("system", "another"), *history[1:], Message("user", new)], None)[1] == conversation


def test_what_clients_change_does_not_matter() -> None:
    asked = [Message("user", "Weather?")]
    answer = Message(
        "assistant", "\n<think>hm</think> Looking. ", None, (ToolCall("get", '{"b": 1, "a": 2}', "call_1"),)
    )
    conversation, parent = thread(asked, answer)
    assert parent is None
    echo = Message("assistant", "Looking.", None, (ToolCall("get", '{"a":2,"b":1}'),))
    results = [Message("tool", "18 C"), Message("tool", "19 C")]
    assert thread([*asked, echo, *results], None)[1] == conversation
    other = msgspec.structs.replace(echo, content="Looking at it.")
    assert thread([*asked, other, *results], None)[1] != conversation
    assert thread([Message("user", "Wetter?"), echo, *results], None)[1] != conversation


def test_a_recorded_answer_sent_back_continues_its_call() -> None:
    for name in ("chat_tools_stream", "v1_chat_tools_stream", "chat_stream", "v1_chat_stream"):
        first = exchange(name)
        call = decode(first)
        request = msgspec.json.decode(first.request_body)
        said = messages(first).answers[0]
        echo: dict[str, object] = {"role": "assistant", "content": said.content or None}
        if said.tool_calls:
            echo["tool_calls"] = [
                {"function": {"name": tool.name, "arguments": msgspec.json.decode(tool.arguments)}}
                for tool in said.tool_calls
            ]
        request["messages"] += [echo, {"role": "user", "content": "And then?"}]
        body = msgspec.json.encode(request)
        following = decode(msgspec.structs.replace(first, request_body=body, request_size=len(body)))
        assert call.conversation is not None
        assert following.parent_conversation == call.conversation, name


def test_generate_continues_by_its_context() -> None:
    first, second = decode(exchange("generate_nostream")), decode(exchange("generate_context"))
    assert first.conversation is not None
    assert second.parent_conversation == first.conversation

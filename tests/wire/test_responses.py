"""The Responses API: its endings, items, and the links between its answers."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from captures.loader import exchange
from sereno.calls import Call, Exchange
from sereno.wire.conversation import messages
from sereno.wire.decode import decode


def told(asked: dict[str, Any], *events: dict[str, Any], document: dict[str, Any] | None = None) -> Exchange:
    source = exchange("v1_responses_stream" if document is None else "v1_responses_nostream")
    request = msgspec.json.encode({"model": "m", **asked})
    body = b"".join(f"event: {e['type']}\ndata: ".encode() + msgspec.json.encode(e) + b"\n\n" for e in events)
    body = body if document is None else msgspec.json.encode(document)
    return msgspec.structs.replace(
        source, request_body=request, request_size=len(request), response_body=body, response_size=len(body),
        chunk_ends=(len(body),), chunk_times=(0.1,), chunks=1,
    )  # fmt: skip


def response(status: str, identity: str = "resp_1", text: str = "Yes", **more: Any) -> dict[str, Any]:
    content = [{"type": "output_text", "text": text}]
    message = {"type": "message", "role": "assistant", "content": content}
    return {"id": identity, "object": "response", "status": status, "model": "m", "output": [message], **more}


def answered(asked: dict[str, Any], identity: str) -> Call:
    return decode(told(asked, document=response("completed", identity)))


@pytest.mark.parametrize(
    ("kind", "more", "status", "error_type", "reason"),
    [
        ("completed", {}, "success", None, "completed"),
        ("incomplete", {"incomplete_details": {"reason": "max_output_tokens"}}, "success", None, "max_output_tokens"),
        ("failed", {"error": {"code": "server_error", "message": "no"}}, "error", "mid_stream_error", "failed"),
    ],
)
def test_the_three_endings(kind: str, more: dict[str, Any], status: str, error_type: str | None, reason: str) -> None:
    ending = {"type": f"response.{kind}", "response": response(kind, **more)}
    streamed = decode(told({"input": "?"}, {"type": "response.created", "response": {}}, ending))
    whole = decode(told({"input": "?"}, document=response(kind, **more)))
    assert (streamed.status, streamed.error_type, streamed.finish_reason) == (status, error_type, reason)
    assert (whole.status, whole.finish_reason, whole.response) == (status, reason, "Yes")


def test_a_conversation_by_links() -> None:
    first = answered({"input": "One?", "store": True}, "resp_1")
    second = answered({"input": "Two?", "previous_response_id": "resp_1"}, "resp_2")
    third = answered({"input": "Three?", "previous_response_id": "resp_2"}, "resp_3")
    assert first.parent_conversation is None
    assert first.conversation is not None
    assert second.parent_conversation == first.conversation
    assert third.parent_conversation == second.conversation
    assert len({first.conversation, second.conversation, third.conversation}) == 3


def test_a_conversation_that_is_sent_again() -> None:
    first = answered({"input": "One?"}, "resp_1")
    history = [{"role": "user", "content": "One?"}, {"role": "assistant", "content": "Yes"}]
    second = answered({"input": [*history, {"role": "user", "content": "Two?"}]}, "resp_2")
    assert second.parent_conversation == first.conversation


@pytest.mark.parametrize("given", ["conv_1", {"id": "conv_1"}])
def test_a_given_conversation_is_the_session(given: object) -> None:
    assert answered({"input": "?", "conversation": given}, "resp_1").identity.session == "conv_1"


def test_items_of_all_kinds() -> None:
    asked = {
        "instructions": "Be kind.",
        "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Weather?"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "function_call", "call_id": "c1", "name": "get", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_text", "text": "18 C"}]},
            {"type": "custom_tool_call", "call_id": "c2", "name": "run", "input": "ls"},
            {"type": "custom_tool_call_output", "call_id": "c2", "output": "a b"},
            {"type": "item_reference", "id": "x"},
            {"role": "user", "content": "And now?"},
        ],
    }
    found = told(asked, document=response("completed"))
    turns = [(turn.role, turn.content, turn.thinking) for turn in messages(found).messages]
    assert turns == [
        ("system", "Be kind.", None), ("user", "Weather?", None), ("assistant", "", "Hm."), ("assistant", "", None),
        ("tool", "18 C", None), ("assistant", "", None), ("tool", "a b", None), ("user", "And now?", None),
    ]  # fmt: skip
    tools = [(tool.name, tool.arguments) for turn in messages(found).messages for tool in turn.tool_calls]
    assert tools == [("get", "{}"), ("run", "ls")]
    assert decode(found).prompt == "And now?"


def test_a_tool_without_deltas_is_content() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "get", "arguments": "{}"}
    found = decode(told({"input": "?"}, {"type": "response.output_item.done", "item": call}))
    assert (found.tool_calls, found.timing.time_to_first_chunk, found.error_type) == (1, 0.1, "truncated_stream")

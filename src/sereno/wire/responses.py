"""OpenAI's Responses API: typed events that end with `response.completed`, `.incomplete` or `.failed`.

The last event repeats the whole answer, which is then read from there; before it, from the deltas.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Message, ToolCall, Usage
from sereno.wire import jsontext
from sereno.wire.answer import Answer, joined
from sereno.wire.errors import message_in
from sereno.wire.events import server_sent
from sereno.wire.openai_request import content_images, content_text
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody
from sereno.wire.timing import count

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
_TEXT = frozenset({"response.output_text.delta", "response.refusal.delta"})
_THINKING = frozenset({"response.reasoning_text.delta", "response.reasoning_summary_text.delta"})
_ABSENT = msgspec.Raw(b"")
_ARGUMENTS = frozenset({"response.function_call_arguments.delta", "response.custom_tool_call_input.delta"})
_TOOLS = frozenset({"function_call", "custom_tool_call"})
_RESULTS = frozenset({"function_call_output", "custom_tool_call_output"})


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    delta: Any = None
    response: msgspec.Raw = _ABSENT
    item: Any = None
    error: Any = None
    message: Any = None


class _Document(msgspec.Struct, gc=False):
    id: str | None = None
    status: str | None = None
    model: str | None = None
    output: Any = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None


_events = msgspec.json.Decoder(_Event)
_documents = msgspec.json.Decoder(_Document)


def read_stream(body: bytes) -> Answer:
    """A streamed answer of /v1/responses."""
    answer = Answer()
    texts: list[str] = []
    thoughts: list[str] = []
    tools: list[ToolCall] = []
    for batch in server_sent(body, _events, answer):
        for number, event in enumerate(batch.events):
            kind, delta = event.type, event.delta
            if kind in _TEXT and isinstance(delta, str):
                texts.append(delta)
            elif kind in _THINKING and isinstance(delta, str):
                thoughts.append(delta)
            elif kind in _ENDS and event.response:
                if _end(answer, event.response):
                    texts, thoughts, tools = [answer.text], [answer.thinking or ""], list(answer.tool_calls)
                continue
            elif kind == "response.output_item.done":
                asked = _tool(event.item)
                tools.extend(asked)
                if not asked:
                    continue
                delta = asked
            elif kind == "error" or event.error is not None:
                answer.error = message_in(event.error) or message_in(event.message) or "error event without a message"
                continue
            elif kind not in _ARGUMENTS:
                if answer.model is None and event.response:
                    answer.model = _model(event.response)
                continue
            if answer.first_content is None and delta:
                answer.first_content = batch.end(number)
    answer.text, answer.thinking, answer.tool_calls = joined(texts), joined(thoughts) or None, tuple(tools)
    return answer


def _end(answer: Answer, response: msgspec.Raw) -> bool:
    """Read the whole answer in the last event; whether it could be read. The event itself is the terminator."""
    answer.done = True
    try:
        found = jsontext.read(bytes(response), _documents)
    except ValueError as error:
        answer.trouble(error)
        return False
    _fill(answer, found)
    return True


def _model(response: msgspec.Raw) -> str | None:
    try:
        return jsontext.read(bytes(response), _documents).model
    except ValueError:
        return None


def read_document(body: bytes) -> Answer:
    """An answer of /v1/responses in one piece.

    Raises:
        ValueError: it is not such a JSON object.
    """
    answer = Answer(done=True)
    _fill(answer, jsontext.read_cut(body, _documents))
    return answer


def _fill(answer: Answer, found: _Document) -> None:
    items = _messages_of(found.output, None)
    answer.text = "\n".join(filter(None, (item.content for item in items)))
    answer.thinking = "\n".join(filter(None, (item.thinking for item in items))) or None
    answer.tool_calls = tuple(call for item in items for call in item.tool_calls)
    answer.model = found.model or answer.model
    answer.link = found.id
    answer.usage = usage_of(found.usage)
    answer.error = message_in(found.error) or ("the response failed" if found.status == "failed" else None)
    details = found.incomplete_details
    reason = details.get("reason") if isinstance(details, dict) else None
    answer.finish_reason = reason if isinstance(reason, str) else found.status


def usage_of(usage: object) -> Usage:
    """Token counts of a `usage` object of /v1/responses."""
    if not isinstance(usage, dict):
        return Usage()
    before, after = usage.get("input_tokens_details"), usage.get("output_tokens_details")
    return Usage(
        input_tokens=count(usage.get("input_tokens")),
        cached_input_tokens=count(before.get("cached_tokens")) if isinstance(before, dict) else None,
        output_tokens=count(usage.get("output_tokens")),
        reasoning_tokens=count(after.get("reasoning_tokens")) if isinstance(after, dict) else None,
    )


def messages(body: RequestBody, see: See) -> list[Message]:
    """The instructions and the input of a /v1/responses request."""
    found = [Message("system", body.instructions)] if isinstance(body.instructions, str) and body.instructions else []
    if isinstance(body.input, str):
        if body.input:
            found.append(Message("user", body.input))
        return found
    return found + _messages_of(body.input, see)


def _messages_of(items: object, see: See | None) -> list[Message]:
    """Items of an input or output: messages, tool calls, their results, thinking."""
    found: list[Message] = []
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        kind, content = item.get("type") or "message", item.get("content")
        if kind == "message":
            images = content_images(content, see) if see is not None and isinstance(content, list) else ()
            found.append(Message(str(item.get("role") or ""), content_text(content), images=images))
        elif kind in _TOOLS:
            found.append(Message("assistant", tool_calls=tuple(_tool(item))))
        elif kind in _RESULTS:
            found.append(Message("tool", content_text(item.get("output"))))
        elif kind == "reasoning":
            thinking = content_text(item.get("summary")) or content_text(content)
            found.append(Message("assistant", thinking=thinking or None))
    return found


def _tool(item: object) -> list[ToolCall]:
    if not isinstance(item, dict) or item.get("type") not in _TOOLS:
        return []
    name, identity = item.get("name"), item.get("call_id")
    arguments = item.get("arguments") if item.get("type") == "function_call" else item.get("input")
    return [
        ToolCall(
            name if isinstance(name, str) else "",
            arguments if isinstance(arguments, str) else "",
            identity if isinstance(identity, str) else None,
        )
    ]

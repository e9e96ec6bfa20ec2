"""Anthropic's Messages API, as Anthropic and Ollama speak it.

Streams are server-sent events that end with `message_stop`. The counts of `message_start` are an estimate on
Ollama (5 for 34, 200 for 328 tokens in recorded traffic); only `message_delta` counts.
`input_tokens` leaves out what came from or went to the cache there; here it includes them.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import ImageRef, Message, ToolCall, Usage
from sereno.wire import jsontext
from sereno.wire.answer import Answer, joined
from sereno.wire.errors import message_in
from sereno.wire.events import server_sent
from sereno.wire.ollama import json_text
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody
from sereno.wire.timing import count

_MAX_BLOCKS = 1000
_TOOLS = frozenset({"tool_use", "server_tool_use", "mcp_tool_use"})


class _Delta(msgspec.Struct, gc=False):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Start(msgspec.Struct, gc=False):
    model: str | None = None
    usage: Any = None


class _Event(msgspec.Struct, gc=False):
    type: str | None = None
    index: int | None = None
    delta: _Delta | None = None
    message: _Start | None = None
    content_block: Any = None
    usage: Any = None
    error: Any = None


class _Document(msgspec.Struct, gc=False):
    type: str | None = None
    model: str | None = None
    content: Any = None
    stop_reason: str | None = None
    usage: Any = None
    error: Any = None


_events = msgspec.json.Decoder(_Event)
_documents = msgspec.json.Decoder(_Document)


class _Block:
    __slots__ = ("arguments", "identity", "name", "texts", "thoughts")

    def __init__(self, start: object) -> None:
        opened = start if isinstance(start, dict) else {}
        self.texts: list[str] = [opened["text"]] if isinstance(opened.get("text"), str) else []
        self.thoughts: list[str] = []
        self.arguments: list[str] = []
        tool = opened.get("type") in _TOOLS
        self.name = str(opened.get("name") or "") if tool else None
        self.identity = str(opened.get("id") or "") if tool else ""


def read_stream(body: bytes) -> Answer:
    """A streamed answer of /v1/messages."""
    answer = Answer()
    blocks: dict[int, _Block] = {}
    started: Any = None
    final: Any = None
    for batch in server_sent(body, _events, answer):
        for number, event in enumerate(batch.events):
            kind, delta = event.type, event.delta
            if kind == "content_block_delta" and delta is not None:
                block = blocks.get(event.index or 0) or _block(blocks, event)
                if delta.text:
                    block.texts.append(delta.text)
                elif delta.thinking:
                    block.thoughts.append(delta.thinking)
                elif delta.partial_json:
                    block.arguments.append(delta.partial_json)
                else:
                    continue
                if answer.first_content is None:
                    answer.first_content = batch.end(number)
            elif kind == "content_block_start":
                if _block(blocks, event).name is not None and answer.first_content is None:
                    answer.first_content = batch.end(number)
            elif kind == "message_start" and event.message is not None:
                answer.model, started = event.message.model, event.message.usage
            elif kind == "message_delta":
                final = event.usage or final
                answer.finish_reason = (delta.stop_reason if delta else None) or answer.finish_reason
            elif kind == "message_stop":
                answer.done = True
            elif kind == "error" or event.error is not None:
                answer.error = message_in(event.error) or "error event without a message"
    _take(answer, [blocks[index] for index in sorted(blocks)])
    if isinstance(final, dict):
        told = {name: value for name, value in final.items() if value is not None}
        answer.usage = usage_of({**started, **told} if isinstance(started, dict) else told)
    return answer


def _block(blocks: dict[int, _Block], event: _Event) -> _Block:
    index = event.index or 0
    block = blocks.get(index)
    if block is None:
        block = _Block(event.content_block)
        if len(blocks) < _MAX_BLOCKS:
            blocks[index] = block
    return block


def _take(answer: Answer, blocks: list[_Block]) -> None:
    answer.text = "\n".join(filter(None, (joined(block.texts) for block in blocks)))
    answer.thinking = "\n".join(filter(None, (joined(block.thoughts) for block in blocks))) or None
    answer.tool_calls = tuple(
        ToolCall(block.name, joined(block.arguments) or "{}", block.identity or None)
        for block in blocks
        if block.name is not None
    )


def read_document(body: bytes) -> Answer:
    """An answer of /v1/messages in one piece.

    Raises:
        ValueError: it is not such a JSON object.
    """
    found = jsontext.read_cut(body, _documents)
    answer = Answer(model=found.model, finish_reason=found.stop_reason, error=message_in(found.error), done=True)
    for message in _from_blocks("assistant", found.content, None):
        answer.text, answer.thinking, answer.tool_calls = message.content, message.thinking, message.tool_calls
    answer.usage = usage_of(found.usage)
    return answer


def usage_of(usage: object) -> Usage:
    """Token counts of a `usage` object; what came from a cache or went to one is included in the input."""
    if not isinstance(usage, dict):
        return Usage()
    plain, read, written = (
        count(usage.get(name)) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    kept = usage.get("cache_creation")
    return Usage(
        input_tokens=None if plain is None else plain + (read or 0) + (written or 0),
        cached_input_tokens=read,
        output_tokens=count(usage.get("output_tokens")),
        cache_write_tokens=written,
        cache_write_hour_tokens=count(kept.get("ephemeral_1h_input_tokens")) if isinstance(kept, dict) else None,
    )


def messages(body: RequestBody, see: See) -> list[Message]:
    """The system text and the messages of a /v1/messages request; tool results become messages of their own."""
    found = _from_blocks("system", body.system, see)
    if isinstance(body.messages, list):
        for message in body.messages:
            if isinstance(message, dict):
                found.extend(_from_blocks(str(message.get("role") or ""), message.get("content"), see))
    return found


def _from_blocks(role: str, content: object, see: See | None) -> list[Message]:
    """A turn whose content is a text or a list of blocks."""
    if isinstance(content, str):
        return [Message(role, content)] if content or role != "system" else []
    if not isinstance(content, list):
        return []
    texts: list[str] = []
    thoughts: list[str] = []
    tools: list[ToolCall] = []
    images: list[ImageRef] = []
    results: list[Message] = []
    for block in content:
        if not isinstance(block, dict):
            continue
        kind = block.get("type")
        if kind == "text" and isinstance(block.get("text"), str):
            texts.append(block["text"])
        elif kind == "thinking" and isinstance(block.get("thinking"), str):
            thoughts.append(block["thinking"])
        elif kind in _TOOLS:
            name, identity = block.get("name"), block.get("id")
            tools.append(ToolCall(str(name or ""), json_text(block.get("input")) or "{}", str(identity or "") or None))
        elif kind == "image" and see is not None:
            images.append(_image(block.get("source"), see))
        elif isinstance(kind, str) and kind.endswith("tool_result"):
            inner = _from_blocks("tool", block.get("content"), see)
            results.extend(inner or [Message("tool")])
    if texts or thoughts or tools or images or not results:
        thinking = "\n".join(thoughts) or None
        results.append(Message(role, "\n".join(texts), thinking, tuple(tools), tuple(images)))
    return results


def _image(source: object, see: See) -> ImageRef:
    if not isinstance(source, dict):
        return see(None, None)
    kind = source.get("media_type")
    return see(source.get("data") or source.get("url"), kind if isinstance(kind, str) else None)

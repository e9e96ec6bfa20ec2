"""Ollama's native API: chat, generate, embed, embeddings, and the progress of pull, push and create.

Fields after api/types.go of Ollama. Durations are nanoseconds on the wire and end here. Counts come only on the
line with `done: true`; zero values are left out there, so an absent count is unknown, not 0.
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Message, ToolCall, Usage
from sereno.wire import jsontext
from sereno.wire.answer import Answer, joined
from sereno.wire.errors import message_in
from sereno.wire.events import json_lines
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody
from sereno.wire.timing import count, seconds

_ABSENT = msgspec.Raw(b"")
_IDLE_REASONS = frozenset({"load", "unload"})


class _Said(msgspec.Struct, gc=False):
    content: str | None = None
    thinking: str | None = None
    tool_calls: Any = None


class _Line(msgspec.Struct, gc=False):
    message: _Said | None = None
    response: str | None = None
    thinking: str | None = None
    tool_calls: Any = None
    done: bool | None = False
    error: Any = None


class _Named(msgspec.Struct, gc=False):
    """What every line of a stream repeats: read from one."""

    model: str | None = None


class _Whole(_Line, gc=False):
    """A line with all that the last one holds."""

    model: str | None = None
    done_reason: str | None = None
    prompt_eval_count: int | None = None
    prompt_eval_cached_count: int | None = None
    eval_count: int | None = None
    load_duration: int | None = None
    prompt_eval_duration: int | None = None
    eval_duration: int | None = None
    context: msgspec.Raw = _ABSENT
    debug: msgspec.Raw = msgspec.field(default=_ABSENT, name="_debug_info")


class _Progress(msgspec.Struct, gc=False):
    status: Any = None
    error: Any = None


class _Vectors(msgspec.Struct, gc=False):
    model: str | None = None
    error: Any = None
    embeddings: msgspec.Raw = _ABSENT
    prompt_eval_count: int | None = None
    load_duration: int | None = None


_lines = msgspec.json.Decoder(_Line)
_named = msgspec.json.Decoder(_Named)
_wholes = msgspec.json.Decoder(_Whole)
_progress = msgspec.json.Decoder(_Progress)
_vectors = msgspec.json.Decoder(_Vectors)


def read_stream(body: bytes) -> Answer:
    """A streamed answer of /api/chat or /api/generate: text in pieces, figures on the line with `done: true`."""
    answer = Answer()
    texts: list[str] = []
    thoughts: list[str] = []
    tools: list[ToolCall] = []
    for batch in json_lines(body, _lines, answer):
        last: int | None = None
        for number, line in enumerate(batch.events):
            said = line.message
            if said is not None:
                text, thinking, calls = said.content, said.thinking, said.tool_calls
            else:
                text, thinking, calls = line.response, line.thinking, line.tool_calls
            if text:
                texts.append(text)
            if thinking:
                thoughts.append(thinking)
            if calls:
                tools.extend(tool_calls(calls))
            if answer.first_content is None and (text or thinking or calls):
                answer.first_content = batch.end(number)
            if line.done:
                last = number
            if line.error is not None:
                answer.error = message_in(line.error) or answer.error
        if last is not None:
            _end(answer, batch.data(last))
        if answer.model is None:
            named = batch.first(_named, lambda found: found.model is not None)
            answer.model = None if named is None else named.model
    answer.text = joined(texts)
    answer.thinking = joined(thoughts) if thoughts else None
    answer.tool_calls = tuple(tools)
    return answer


def read_document(body: bytes) -> Answer:
    """An answer of /api/chat or /api/generate in one piece.

    Raises:
        ValueError: it is not such a JSON object.
    """
    line = jsontext.read_cut(body, _wholes)
    answer = Answer(model=line.model)
    said = line.message or _Said(line.response, line.thinking, line.tool_calls)
    answer.text = said.content or ""
    answer.thinking = said.thinking or None
    answer.tool_calls = tuple(tool_calls(said.tool_calls))
    _close(answer, line)
    answer.idle = answer.idle or bytes(line.debug) not in (b"", b"null")
    return answer


def _end(answer: Answer, line: bytes) -> None:
    """Read the figures of a last line."""
    try:
        _close(answer, jsontext.read(line, _wholes))
    except ValueError as error:  # a figure that is no number: the end stands
        answer.trouble(error)
        answer.done = True


def _close(answer: Answer, line: _Whole) -> None:
    if line.error is not None:
        answer.error = message_in(line.error) or answer.error
    if not line.done:
        return
    answer.done = True
    answer.finish_reason = line.done_reason or None
    answer.idle = line.done_reason in _IDLE_REASONS
    answer.usage = Usage(
        input_tokens=count(line.prompt_eval_count),
        cached_input_tokens=count(line.prompt_eval_cached_count),
        output_tokens=count(line.eval_count),
    )
    answer.load = seconds(line.load_duration)
    answer.prompt_eval = seconds(line.prompt_eval_duration)
    answer.eval = seconds(line.eval_duration)
    if line.context:
        answer.context = bytes(line.context)


def read_progress(body: bytes) -> Answer:
    """Status lines of pull, push and create; `success` ends them well."""
    answer = Answer()
    for batch in json_lines(body, _progress, answer):
        for line in batch.events:
            if line.error is not None:
                answer.error = message_in(line.error) or answer.error
            elif line.status == "success":
                answer.done = True
    return answer


def read_vectors(body: bytes) -> Answer:
    """An answer of /api/embed or /api/embeddings; the latter reports no usage.

    Raises:
        ValueError: it is not a JSON object.
    """
    found = jsontext.read_cut(body, _vectors)
    return Answer(
        model=found.model,
        usage=Usage(input_tokens=count(found.prompt_eval_count)),
        load=seconds(found.load_duration),
        error=message_in(found.error),
        idle=bytes(found.embeddings) in (b"[]", b"null"),
        done=True,
    )


def chat_messages(body: RequestBody, see: See) -> list[Message]:
    """The messages of a /api/chat request."""
    found: list[Message] = []
    if isinstance(body.messages, list):
        for message in body.messages:
            if isinstance(message, dict):
                get = message.get
                content, thinking, tools, images, tool = (
                    get("content"), get("thinking"), get("tool_calls"), get("images"), get("tool_name"),
                )  # fmt: skip
                found.append(
                    Message(
                        str(get("role") or ""),
                        content if isinstance(content, str) else "",
                        thinking if isinstance(thinking, str) else None,
                        tuple(tool_calls(tools)) if tools else (),
                        _images(images, see) if images else (),
                        tool if isinstance(tool, str) else None,
                    )
                )
    return found


def generate_messages(body: RequestBody, see: See) -> list[Message]:
    """The system text and the prompt of a /api/generate request as messages."""
    found = [Message("system", body.system)] if isinstance(body.system, str) and body.system else []
    images = _images(body.images, see)
    if images or (isinstance(body.prompt, str) and body.prompt):
        found.append(Message("user", body.prompt if isinstance(body.prompt, str) else "", images=images))
    return found


def _images(value: object, see: See) -> tuple[Any, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(see(image, None) for image in value if isinstance(image, str | dict))


def tool_calls(value: object) -> list[ToolCall]:
    """Tool calls of a message, in Ollama's or OpenAI's form: arguments as an object or as JSON text."""
    found: list[ToolCall] = []
    if isinstance(value, list):
        for call in value:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                arguments = function.get("arguments")
                name, identity = function.get("name"), call.get("id")
                found.append(
                    ToolCall(
                        name if isinstance(name, str) else "",
                        arguments if isinstance(arguments, str) else json_text(arguments),
                        identity if isinstance(identity, str) else None,
                    )
                )
    return found


def json_text(value: object) -> str:
    """A value as JSON text, "" for none."""
    return "" if value is None else msgspec.json.encode(value).decode()

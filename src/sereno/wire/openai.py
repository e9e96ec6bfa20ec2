"""OpenAI's API: chat completions, completions and embeddings, as OpenAI, Ollama, vLLM, llama.cpp and others speak it.

Streams are server-sent events that end with `[DONE]`. Usage comes, if asked for, in a last event without choices;
on /v1/completions Ollama sends zeros before it, so the last one that is not all zero counts. Tool calls come in
pieces, told apart by their index. Thinking is `reasoning` (Ollama, OpenRouter) or `reasoning_content` (DeepSeek, vLLM).
"""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.calls import Message, ToolCall, Usage
from sereno.wire import jsontext
from sereno.wire.answer import Answer, joined
from sereno.wire.errors import message_in
from sereno.wire.events import server_sent
from sereno.wire.ollama import json_text, tool_calls
from sereno.wire.openai_request import content_text, legacy_call
from sereno.wire.usage import Figures, all_zero, figures_of, together, usage_of

_OLLAMA = "fp_ollama"
_MAX_PARTS = 1000


class _Said(msgspec.Struct, gc=False):
    content: Any = None
    reasoning: Any = None
    reasoning_content: Any = None
    refusal: Any = None
    tool_calls: Any = None
    function_call: Any = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Said | None = None
    message: _Said | None = None
    text: str | None = None
    finish_reason: str | None = None
    index: int | None = 0


class _Event(msgspec.Struct, gc=False):
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None
    message: Any = None
    timings: Any = None


class _Named(msgspec.Struct, gc=False):
    """What every event of a stream repeats: read from one."""

    model: str | None = None
    system_fingerprint: str | None = None


class _Document(_Event, gc=False):
    model: str | None = None
    system_fingerprint: str | None = None


class _Vectors(msgspec.Struct, gc=False):
    model: str | None = None
    usage: Any = None
    error: Any = None


_events = msgspec.json.Decoder(_Event)
_named = msgspec.json.Decoder(_Named)
_documents = msgspec.json.Decoder(_Document)
_vectors = msgspec.json.Decoder(_Vectors)


class _Building:
    """One choice of a stream while its pieces come in."""

    __slots__ = ("finish", "refusals", "texts", "thoughts", "tools")

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.thoughts: list[str] = []
        self.refusals: list[str] = []
        self.tools: dict[object, list[str]] = {}
        self.finish: str | None = None

    def message(self) -> Message:
        """The choice as it stands."""
        return Message(
            "assistant",
            joined(self.texts) or joined(self.refusals),
            joined(self.thoughts) if self.thoughts else None,
            tuple(ToolCall(parts[1], "".join(parts[2:]), parts[0] or None) for parts in self.tools.values()),
        )


def read_stream(body: bytes) -> Answer:
    """A streamed answer of /v1/chat/completions or /v1/completions."""
    answer = Answer()
    building: dict[int, _Building] = {}
    figures: dict[int, Figures] = {}
    usage: Any = None
    prompts = False
    at: int | None = -1
    built, texts = _Building(), []
    for batch in server_sent(body, _events, answer, closes=True):
        told: list[tuple[int, _Event]] = []
        for event in batch.events:
            for choice in event.choices or ():
                if choice.index != at:
                    at = choice.index
                    built = building.get(at or 0) or _open(building, at or 0)
                    texts = built.texts
                said = choice.delta
                if said is None:
                    text, prompts = choice.text, True
                else:
                    text = said.content
                if text and isinstance(text, str):
                    texts.append(text)
                elif said is not None:
                    thought = said.reasoning
                    if (
                        thought
                        and isinstance(thought, str)
                        and said.tool_calls is said.refusal is said.function_call is None
                    ):
                        built.thoughts.append(thought)
                    else:
                        _add(built, said)
                if choice.finish_reason:
                    built.finish = choice.finish_reason
            if event.usage is not None or event.timings is not None or event.error is not None or not event.choices:
                told.append((max(at or 0, 0), event))
        usage = _hear(answer, told, figures) or usage
        if answer.first_content is None:
            first = next((number for number, event in enumerate(batch.events) if _carries(event)), None)
            answer.first_content = None if first is None else batch.end(first)
        if answer.model is None:
            named = batch.first(_named, lambda found: bool(found.model))
            if named is not None:
                answer.model, answer.ollama = named.model, named.system_fingerprint == _OLLAMA
    _take(answer, [(building[index].message(), building[index].finish) for index in sorted(building)])
    _count(answer, usage, figures, prompts=prompts)
    return answer


def _hear(answer: Answer, told: list[tuple[int, _Event]], figures: dict[int, Figures]) -> object:
    """Take over errors and llama.cpp's figures from events, each with the choice it came behind; their last usage."""
    usage: object = None
    for index, event in told:
        if event.usage is not None and not all_zero(event.usage):
            usage = event.usage
        found = figures_of(event.timings, event.usage)
        if found is not None and (index in figures or len(figures) < _MAX_PARTS):
            figures[index] = found
        if event.error is not None or event.message is not None:
            answer.error = message_in(event.error) or message_in(event.message) or answer.error
    return usage


def _count(answer: Answer, usage: object, figures: dict[int, Figures], *, prompts: bool) -> None:
    """Take over the figures. llama.cpp reports them for each choice, the others once for all."""
    answer.usage = usage_of(usage)
    if figures:
        found = together(figures.values(), prompts=prompts)
        answer.prompt_eval, answer.eval = found.prompt_eval, found.eval
        if len(figures) > 1 or usage is None:
            answer.usage = found.usage


def _open(building: dict[int, _Building], index: int) -> _Building:
    """A further choice; those beyond the most are read and dropped."""
    built = _Building()
    if len(building) < _MAX_PARTS:
        building[index] = built
    return built


def _carries(event: _Event) -> bool:
    """Whether an event carries text, thinking or a tool call."""
    return any(
        bool(choice.text) if choice.delta is None else _add(_Building(), choice.delta) for choice in event.choices or ()
    )


def _add(built: _Building, said: _Said) -> bool:
    """Add a delta to its choice; whether it carried content."""
    content = said.content
    if content and isinstance(content, str):
        built.texts.append(content)
        return True
    found = False
    thinking = said.reasoning or said.reasoning_content
    if thinking and isinstance(thinking, str):
        built.thoughts.append(thinking)
        found = True
    if said.refusal and isinstance(said.refusal, str):
        built.refusals.append(said.refusal)
        found = True
    if said.tool_calls and isinstance(said.tool_calls, list):
        for call in said.tool_calls:
            found = _add_tool(built.tools, call) or found
    if isinstance(said.function_call, dict):
        found = _add_tool(built.tools, {"index": "function_call", "function": said.function_call}) or found
    return found


def _add_tool(tools: dict[object, list[str]], call: object) -> bool:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(call, dict) or not isinstance(function, dict):
        return False
    index = call.get("index")
    key: object = index if isinstance(index, int | str) else len(tools)
    parts = tools.get(key)
    if parts is None:
        if len(tools) >= _MAX_PARTS:
            return False
        parts = tools[key] = ["", ""]
    identity, name, arguments = call.get("id"), function.get("name"), function.get("arguments")
    if identity and isinstance(identity, str):
        parts[0] = identity
    if name and isinstance(name, str):
        parts[1] += name
    if arguments is not None:
        parts.append(arguments if isinstance(arguments, str) else json_text(arguments))
    return True


def read_document(body: bytes) -> Answer:
    """An answer of /v1/chat/completions or /v1/completions in one piece.

    Raises:
        ValueError: it is not such a JSON object.
    """
    event = jsontext.read_cut(body, _documents)
    answer = Answer(model=event.model or None, error=message_in(event.error) or message_in(event.message), done=True)
    answer.ollama = event.system_fingerprint == _OLLAMA
    choices = []
    for choice in event.choices or ():
        said = choice.message
        if said is None:
            message = Message("assistant", choice.text or "")
        else:
            built = _Building()
            _add(built, _Said(reasoning=said.reasoning, reasoning_content=said.reasoning_content, refusal=said.refusal))
            tools = tool_calls(said.tool_calls) or legacy_call(said.function_call)
            part = built.message()
            message = Message("assistant", content_text(said.content) or part.content, part.thinking, tuple(tools))
        choices.append((message, choice.finish_reason))
    _take(answer, choices)
    timings = figures_of(event.timings, event.usage)
    _count(answer, event.usage, {} if timings is None else {0: timings}, prompts=False)
    return answer


def read_vectors(body: bytes) -> Answer:
    """An answer of /v1/embeddings.

    Raises:
        ValueError: it is not a JSON object.
    """
    found = jsontext.read_cut(body, _vectors)
    usage = usage_of(found.usage)
    return Answer(
        model=found.model, usage=Usage(input_tokens=usage.input_tokens), error=message_in(found.error), done=True
    )


def _take(answer: Answer, choices: list[tuple[Message, str | None]]) -> None:
    if choices:
        first, answer.finish_reason = choices[0]
        answer.text, answer.thinking, answer.tool_calls = first.content, first.thinking, first.tool_calls
        answer.others = tuple(message for message, _ in choices[1:])

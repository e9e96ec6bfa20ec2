"""The lines of /api/chat and /api/generate: one for each piece, the last with counts and durations."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from sereno.demo.answers import line, nonzero, rfc3339
from sereno.demo.completion import Ready, Wish, answer
from sereno.demo.engine import Finish, Piece
from sereno.demo.prompts import Turn, tool_calls
from sereno.demo.requests import mistyped
from sereno.demo.residence import Residence
from sereno.errors import UpstreamError

Line = dict[str, Any]


async def chat_lines(residence: Residence, name: str, wish: Wish, started: int) -> AsyncGenerator[Line, None]:
    """The lines of /api/chat."""
    held: list[str] = []
    async with aclosing(answer(residence, wish, started)) as parts:
        load = 0
        async for part in parts:
            if isinstance(part, Ready):
                load = part.load_ns
            elif isinstance(part, Piece):
                # With tools the text waits: it may turn out to be a call.
                if wish.tools:
                    held.append(part.text)
                else:
                    yield _chat(name, {"role": "assistant", "content": part.text})
            else:
                for message in _held("".join(held)):
                    yield _chat(name, message)
                yield {
                    **_chat(name, {"role": "assistant", "content": ""}),
                    "done": True, "done_reason": part.reason, **_metrics(part, started, load),
                }  # fmt: skip


async def generate_lines(
    residence: Residence, name: str, wish: Wish, started: int, *, with_context: bool
) -> AsyncGenerator[Line, None]:
    """The lines of /api/generate; the last carries the tokens so far (`context`)."""
    async with aclosing(answer(residence, wish, started)) as parts:
        load, tokens = 0, list[int]()
        async for part in parts:
            head = {"model": name, "created_at": rfc3339(time.time_ns())}
            if isinstance(part, Ready):
                load = part.load_ns
                tokens += part.prompt
            elif isinstance(part, Piece):
                tokens += part.tokens
                yield {**head, "response": part.text, "done": False}
            else:
                context = {"context": tokens} if with_context else {}
                last = {**head, "response": "", "done": True, "done_reason": part.reason}
                yield {**last, **context, **_metrics(part, started, load)}


def turns(messages: Sequence[Any]) -> tuple[Turn, ...]:
    """The messages of /api/chat.

    Raises:
        ApiError: One is no object or its content no text.
    """
    found = []
    for message in messages:
        if not isinstance(message, dict):
            raise mistyped(message, "ChatRequest.messages", "api.Message")
        content = message.get("content") or ""
        if not isinstance(content, str):
            raise mistyped(content, "ChatRequest.messages.content", "string")
        calls = [call.get("function") for call in message.get("tool_calls") or () if isinstance(call, dict)]
        pairs = tuple((str(call.get("name")), call.get("arguments")) for call in calls if isinstance(call, dict))
        found.append(Turn(str(message.get("role") or "user"), content, pairs))
    return tuple(found)


def join_chat(lines: Sequence[Line]) -> Line:
    """One answer of all lines of a chat."""
    text = "".join(item["message"]["content"] for item in lines)
    calls = [call for item in lines for call in item["message"].get("tool_calls", ())]
    message: Line = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = calls
    return {**lines[-1], "message": message}


def join_generate(lines: Sequence[Line]) -> Line:
    """One answer of all lines of a generation."""
    return {**lines[-1], "response": "".join(item["response"] for item in lines)}


def _chat(name: str, message: Line) -> Line:
    return {"model": name, "created_at": rfc3339(time.time_ns()), "message": message, "done": False}


def _held(text: str) -> list[Line]:
    taken = tool_calls(text)
    messages: list[Line] = []
    if taken.text:
        messages.append({"role": "assistant", "content": taken.text})
    for index, (name, arguments) in enumerate(taken.calls):
        call = {
            "id": f"call_{secrets.token_hex(4)}",
            "function": {"index": index, "name": name, "arguments": arguments},
        }
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
    return messages


def _metrics(finish: Finish, started: int, load: int) -> dict[str, int]:
    return dict(
        nonzero(
            total_duration=time.monotonic_ns() - started,
            load_duration=load,
            prompt_eval_count=finish.prompt_tokens,
            prompt_eval_duration=finish.prompt_ns,
            eval_count=finish.tokens,
            eval_duration=finish.eval_ns,
        )
    )


async def collected(source: AsyncGenerator[Line, None]) -> list[Line]:
    """All lines, for an answer that is not streamed."""
    async with aclosing(source):
        return [item async for item in source]


async def as_lines(source: AsyncGenerator[Line, None]) -> AsyncGenerator[bytes, None]:
    """The lines as bytes; a failure after the first is a last line with `error`."""
    begun_already = False
    async with aclosing(source):
        try:
            async for item in source:
                yield line(item)
                begun_already = True
        except UpstreamError as error:
            # Status 200 is out: the error is the last line, without `done`, as a real Ollama sends it.
            if not begun_already:
                raise
            yield line({"error": str(error)})

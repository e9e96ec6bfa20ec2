"""Text for the model and back: ChatML from messages, tool calls out of an answer.

SmolLM2 was trained on ChatML turns (`<|im_start|>role … <|im_end|>`); tools are offered in the system turn
between `<tools>` tags and come back between `<tool_call>` tags, as its authors describe them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

_OPEN, _CLOSE = "<tool_call>", "</tool_call>"


class Turn(NamedTuple):
    """One message: role, text, and the tools it called as (name, arguments)."""

    role: str
    content: str
    calls: tuple[tuple[str, Any], ...] = ()


class Calls(NamedTuple):
    """An answer taken apart: its text without the calls, the calls as (name, arguments)."""

    text: str
    calls: tuple[tuple[str, dict[str, Any]], ...]


def chatml(turns: Sequence[Turn], system: str, tools: Sequence[Any] = ()) -> str:
    r"""The prompt of a conversation, ending where the answer begins.

    A system turn of the conversation replaces the model's own `system` text.

    >>> chatml([Turn("user", "Hi")], "Be kind.")
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n'
    """
    given = [turn.content for turn in turns if turn.role == "system"]
    head = "\n\n".join(given) if given else system
    if tools:
        head += f"\n<tools>{json.dumps(list(tools), ensure_ascii=False)}</tools>"
    parts = [_turn("system", head)] if head else []
    for turn in turns:
        if turn.role == "system":
            continue
        if turn.role == "tool":
            parts.append(_turn("user", f"<tool_response>{turn.content}</tool_response>"))
            continue
        called = "".join(
            f"{_OPEN}{json.dumps({'name': name, 'arguments': arguments}, ensure_ascii=False)}{_CLOSE}"
            for name, arguments in turn.calls
        )
        parts.append(_turn(turn.role, turn.content + called))
    return "".join(parts) + "<|im_start|>assistant\n"


def _turn(role: str, content: str) -> str:
    return f"<|im_start|>{role}\n{content}<|im_end|>\n"


def tool_calls(text: str) -> Calls:
    """Take the tool calls out of an answer; what is not a whole call stays text.

    >>> tool_calls('<tool_call>{"name": "f", "arguments": {"a": 1}}</tool_call>')
    Calls(text='', calls=(('f', {'a': 1}),))
    """
    found: list[tuple[str, dict[str, Any]]] = []
    rest: list[str] = []
    while True:
        before, opened, after = text.partition(_OPEN)
        if not opened:
            rest.append(text)
            break
        inner, _, after = after.partition(_CLOSE)
        parsed = _parsed(inner)
        rest.append(before if parsed else before + opened + inner)
        found += parsed
        text = after
    return Calls("".join(rest).strip() if found else "".join(rest), tuple(found))


def _parsed(text: str) -> list[tuple[str, dict[str, Any]]]:
    try:
        value = msgspec.json.decode(text.strip())
    except msgspec.DecodeError:
        return []
    calls = value if isinstance(value, list) else [value]
    if not all(
        isinstance(c, dict) and isinstance(c.get("name"), str) and isinstance(c.get("arguments"), dict) for c in calls
    ):
        return []
    return [(call["name"], call["arguments"]) for call in calls]

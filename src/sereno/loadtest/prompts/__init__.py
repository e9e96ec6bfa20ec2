"""What is asked: the shipped sets, or a file of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec

SETS: Mapping[str, str] = {"es": "spanish.txt", "en": "english.txt"}
"""Shipped sets by name."""
LARGEST = 64 * 1024 * 1024
"""A greater file is refused."""

Conversation = tuple[str, ...]
"""What a user says, turn by turn; a single prompt is a conversation of one."""


def shipped(name: str) -> list[Conversation]:
    """A set of `SETS`; `KeyError` if there is none of this name."""
    return read_text(files(__package__).joinpath(SETS[name]).read_text("utf-8"))


def read_prompts(content: bytes, name: str) -> list[Conversation]:
    """The prompts of a file.

    Args:
        content: UTF-8; lines of text, or where the name ends in `.jsonl` a JSON value a line: a text, a list of texts
            (a conversation's turns), or an object with `prompt` or `turns`.
        name: the file's name, for its ending and for messages.

    Raises:
        ValueError: it holds none, or a line is none of these; says which.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{name} is no UTF-8 text (byte {error.start}); expected one prompt a line") from None
    found = _read_lines(text, name) if name.lower().endswith((".jsonl", ".ndjson")) else read_text(text)
    if not found:
        raise ValueError(f"{name} holds no prompt; expected one a line")
    return found


def read_text(text: str) -> list[Conversation]:
    """A prompt a line; blank lines are passed over."""
    return [(line.strip(),) for line in text.splitlines() if line.strip()]


def _read_lines(text: str, name: str) -> list[Conversation]:
    found: list[Conversation] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            found.append(_conversation(msgspec.json.decode(line)))
        except (msgspec.DecodeError, TypeError) as error:
            what = str(error) if isinstance(error, msgspec.DecodeError) else "another kind of value"
            raise ValueError(
                f'{name}, line {number}: {what}; expected "a text", ["first turn", "second turn"], '
                'or {"prompt": "a text"}'
            ) from None
    return found


def _conversation(value: Any) -> Conversation:
    if isinstance(value, dict):
        value = value.get("turns", value.get("prompt"))
    turns = [value] if isinstance(value, str) else value
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) and turn.strip() for turn in turns):
        raise TypeError
    return tuple(turns)

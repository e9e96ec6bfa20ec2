"""Conversations as clients have them: every call sends the history again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from api.double import NOW, chat
from sereno.calls import Exchange

Said = dict[str, Any]


def user(text: str) -> Said:
    """A message of the user."""
    return {"role": "user", "content": text}


def model(text: str, **more: Any) -> Said:
    """A message of the model."""
    return {"role": "assistant", "content": text, **more}


def system(text: str) -> Said:
    """A system text."""
    return {"role": "system", "content": text}


def asked(messages: Sequence[Said], response: str, *, at: float = NOW - 600, **more: Any) -> Exchange:
    """A chat that sent these messages, as the gateway would have recorded it."""
    body = json.dumps({"model": more.get("model", "llama3.2"), "messages": list(messages)}).encode()
    made = chat("", response, at=at, **more)
    return msgspec.structs.replace(made, request_body=body, request_size=len(body))


def talk(
    session: str, *turns: tuple[str, str], at: float = NOW - 3600, step: float = 60, **more: Any
) -> list[Exchange]:
    """A conversation in which the client sends the whole history every time."""
    history: list[Said] = []
    calls = []
    for serial, (question, answer) in enumerate(turns):
        history.append(user(question))
        calls.append(asked(history, answer, at=at + serial * step, session=session, serial=serial, **more))
        history.append(model(answer))
    return calls

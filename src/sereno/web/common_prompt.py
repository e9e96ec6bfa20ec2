"""A prompt that two models answered: what a person reads to tell them apart."""

from __future__ import annotations

import msgspec

from sereno.calls import Call
from sereno.query.message import CallMessage, message
from sereno.store.base import CallQuery, Store

LOOKED_AT = 200
"""Newest successful calls of each model that are searched for a common prompt."""
READ_WHOLE = 20
"""Calls that are read whole at most: prompts that begin alike need not be alike."""


class CommonPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt, and the newest answer of each, whole."""

    prompt: str
    a: CallMessage
    b: CallMessage


def common_prompt(store: Store, query: CallQuery, a: str, b: str) -> CommonPrompt | None:
    """The newest prompt that both answered with success, among their `LOOKED_AT` newest calls of the range.

    Lists hold the first 200 characters of a prompt; those that agree in them are compared whole.
    """
    left, right = _by_beginning(store, query, a), _by_beginning(store, query, b)
    answered: dict[str, Call] = {}
    read = 0
    for beginning, ids in left.items():
        for call_id in ids if beginning in right else ():
            if read >= READ_WHOLE:
                return None
            mine = store.call(call_id)
            read += 1
            for other_id in right[beginning]:
                if other_id not in answered and read < READ_WHOLE:
                    other = store.call(other_id)
                    read += 1
                    if other is not None:
                        answered[other_id] = other.call
                found = answered.get(other_id)
                if mine is not None and found is not None and mine.call.prompt == found.prompt:
                    return CommonPrompt(
                        prompt=found.prompt, a=message(mine.call, longest=None), b=message(found, longest=None)
                    )
    return None


def _by_beginning(store: Store, query: CallQuery, model: str) -> dict[str, list[str]]:
    """Ids of a model's newest successful calls by how their prompt begins, newest first."""
    found: dict[str, list[str]] = {}
    for call in store.calls(msgspec.structs.replace(query, model=model, status="success", limit=LOOKED_AT)).calls:
        if call.prompt.strip():
            found.setdefault(call.prompt, []).append(call.id)
    return found

"""A prompt that two models answered: what a person reads to tell them apart."""

from __future__ import annotations

import msgspec

from sereno.query.message import CallMessage, message
from sereno.store.base import CallQuery, Store

LOOKED_AT = 200
"""Newest successful calls of each model that are searched for a common prompt."""


class CommonPrompt(msgspec.Struct, frozen=True, kw_only=True):
    """The prompt, whole, and the newest answer of each; how many common prompts were seen."""

    prompt: str
    a: CallMessage
    b: CallMessage


def common_prompt(store: Store, query: CallQuery, a: str, b: str) -> CommonPrompt | None:
    """The newest prompt that both answered with success, among their `LOOKED_AT` newest calls of the range.

    Lists hold the first 200 characters; so that two prompts with the same beginning do not pass for one, what they
    find is compared whole.
    """
    newest: list[dict[str, str]] = []
    for model in (a, b):
        asked = msgspec.structs.replace(query, model=model, status="success", limit=LOOKED_AT)
        prompts: dict[str, str] = {}
        for call in store.calls(asked).calls:
            if call.prompt.strip():
                prompts.setdefault(call.prompt, call.id)
        newest.append(prompts)
    for prompt, call_id in newest[0].items():
        other = newest[1].get(prompt)
        if other is None:
            continue
        left, right = store.call(call_id), store.call(other)
        if left is not None and right is not None and left.call.prompt == right.call.prompt:
            return CommonPrompt(
                prompt=left.call.prompt, a=message(left.call, longest=None), b=message(right.call, longest=None)
            )
    return None

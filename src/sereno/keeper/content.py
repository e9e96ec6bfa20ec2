"""What of a call's content is stored: all of it, figures alone, or masked texts.

Images never: `wire.images` puts their hash and size in their place.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from sereno.calls import Call, Exchange
from sereno.keeper.options import Mask
from sereno.store.base import Record
from sereno.wire.images import without_images

MANAGEMENT_BODY = 64 * 1024
"""Bytes kept of a body that is no LLM request's or answer's: model files pass through as well."""


def record_of(call: Call, exchange: Exchange, content: Literal["full", "none"], masks: Sequence[Mask]) -> Record:
    """What to store of a call.

    Args:
        call: what it meant.
        exchange: what it came from.
        content: whether prompts and answers are kept.
        masks: replace what must not be stored, in order. A mask sees texts as people wrote them; in raw bodies the same
            text may be cut into chunks or escaped and would slip through, so masked calls are stored without them.
    """
    if content == "none":
        return Record(msgspec.structs.replace(call, prompt="", response="", error_message=None), None)
    if masks:
        message = call.error_message
        return Record(
            msgspec.structs.replace(
                call,
                prompt=_masked(call.prompt, masks),
                response=_masked(call.response, masks),
                error_message=None if message is None else _masked(message, masks),
            ),
            None,
        )
    if call.images:
        exchange = without_images(exchange)
    if call.operation == "other" and max(len(exchange.request_body), len(exchange.response_body)) > MANAGEMENT_BODY:
        exchange = msgspec.structs.replace(
            exchange,
            request_body=exchange.request_body[:MANAGEMENT_BODY],
            response_body=exchange.response_body[:MANAGEMENT_BODY],
        )
    return Record(call, exchange)


def _masked(text: str, masks: Sequence[Mask]) -> str:
    for mask in masks:
        text = mask(text)
    return text

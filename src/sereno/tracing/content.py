"""Prompts and answers as the conventions' opt-in attributes: sent only where `tracing.content` asks for them.

Each value is JSON text by the conventions' schemas of input and output messages. Images are never in the record; their
hash stands for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from sereno.calls import Call, Exchange, Message
from sereno.tracing import names
from sereno.tracing.attributes import Attributes
from sereno.wire.conversation import messages

MOST_BYTES = 256 * 1024
"""Longest value of one attribute: collectors refuse requests of more than a few MiB. The earliest messages are cut."""


def content_of(call: Call, exchange: Exchange | None) -> Attributes:
    """The messages sent and answered.

    Args:
        call: with whole texts; they stand in where there is no exchange (masked or deleted bodies).
        exchange: the bodies, None where they are not kept.
    """
    sent: Sequence[Message] = ()
    answers: Sequence[Message] = ()
    if exchange is not None:
        whole = messages(exchange)
        sent, answers = whole.messages, whole.answers
    if not sent and call.prompt:
        sent = (Message("user", call.prompt),)
    if not answers and call.response:
        answers = (Message("assistant", call.response),)
    reason = call.finish_reason or ("error" if call.status == "error" else "stop")
    found: Attributes = {}
    if sent:
        found[names.INPUT_MESSAGES] = _json([_message(one) for one in sent])
    if answers:
        found[names.OUTPUT_MESSAGES] = _json([{**_message(one), "finish_reason": reason} for one in answers])
    return found


def _message(message: Message) -> dict[str, Any]:
    parts: list[dict[str, Any]] = []
    if message.thinking:
        parts.append({"type": "reasoning", "content": message.thinking})
    if message.role in {"tool", "function"}:
        parts.append({"type": "tool_call_response", "id": message.tool_name, "response": message.content})
    elif message.content:
        parts.append({"type": "text", "content": message.content})
    parts.extend(
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        for call in message.tool_calls
    )
    parts.extend(
        {"type": "uri", "modality": "image", "mime_type": image.media_type, "uri": f"urn:sha256:{image.sha256}"}
        for image in message.images
    )
    return {"role": message.role, "parts": parts}


def _json(items: list[dict[str, Any]]) -> str:
    """The list as JSON, without its earliest items where it is too long; one item alone is cut to its beginning."""
    while True:
        text = msgspec.json.encode(items)
        if len(text) <= MOST_BYTES:
            return text.decode()
        if len(items) > 1:
            items = items[(len(items) + 1) // 2 :]
            continue
        cut = "".join(str(part.get("content") or "") for part in items[0]["parts"])[: MOST_BYTES // 8]
        items = [{**items[0], "parts": [{"type": "text", "content": cut}]}]

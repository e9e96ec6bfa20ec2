"""Requests to OpenAI's API: the messages of chats, prompts and texts to embed, and the parts of a content."""

from __future__ import annotations

from typing import Any

from sereno.calls import ImageRef, Message, ToolCall
from sereno.wire.ollama import tool_calls
from sereno.wire.pictures import See
from sereno.wire.request import RequestBody


def chat_messages(body: RequestBody, see: See) -> list[Message]:
    """The messages of a /v1/chat/completions request."""
    found: list[Message] = []
    if isinstance(body.messages, list):
        for message in body.messages:
            if isinstance(message, dict):
                get = message.get
                content = get("content")
                thinking = get("reasoning") or get("reasoning_content")
                tools = get("tool_calls")
                name = get("name")
                found.append(
                    Message(
                        str(get("role") or ""),
                        content if isinstance(content, str) else content_text(content) or content_text(get("refusal")),
                        thinking if isinstance(thinking, str) else None,
                        tuple(tool_calls(tools)) if tools else tuple(legacy_call(get("function_call"))),
                        content_images(content, see) if isinstance(content, list) else (),
                        name if isinstance(name, str) and get("role") in ("tool", "function") else None,
                    )
                )
    return found


def prompt_messages(body: RequestBody, _see: See) -> list[Message]:
    """The prompt of a /v1/completions request, or the input of an embeddings request, as messages."""
    value = body.prompt if body.prompt is not None else body.input
    if isinstance(value, str):
        return [Message("user", value)] if value else []
    if isinstance(value, list):
        return [Message("user", item) for item in value if isinstance(item, str) and item]
    return []


def content_text(content: object) -> str:
    """The text of a message's content: a text, or the text parts of a list of parts, one a line."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    found = []
    for part in content:
        value = part.get("text") or part.get("refusal") if isinstance(part, dict) else part
        if isinstance(value, str):
            found.append(value)
    return "\n".join(found)


def content_images(content: list[Any], see: See) -> tuple[ImageRef, ...]:
    """The images among the parts of a message: `image_url` of chat, `input_image` of responses."""
    found = []
    for part in content:
        if isinstance(part, dict) and part.get("type") in ("image_url", "input_image"):
            image = part.get("image_url")
            if isinstance(image, dict) and "sha256" not in image:
                image = image.get("url")
            found.append(see(image, None))
    return tuple(found)


def legacy_call(function_call: object) -> list[ToolCall]:
    """The tool of a `function_call`, OpenAI's form before there were tools."""
    return tool_calls([{"function": function_call}]) if isinstance(function_call, dict) else []

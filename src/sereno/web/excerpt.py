"""As much of a conversation as a page can hold: a call may carry megabytes, or a hundred thousand messages.

The JSON twins have all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from sereno.calls import Message

SHOWN_PARTS = 100
"""Tool calls, and images, shown of one message."""
LAST_MESSAGES = 200
LAST_CHARACTERS = 400_000
"""Characters of all messages together, after which no earlier one is shown."""
TEXT_CHARACTERS = 100_000
"""Characters shown of one text on the page of its call."""


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a conversation.

    Attributes:
        messages: in order.
        left_out: how many come before them.
        cut: whether a text was too long to show.
    """

    messages: tuple[Message, ...]
    left_out: int
    cut: bool


def excerpt(messages: Sequence[Message]) -> Excerpt:
    """The last messages, at least one where there is one."""
    shown: list[Message] = []
    cut, room = False, LAST_CHARACTERS
    for message in reversed(messages[-LAST_MESSAGES:]):
        short = shortened(message, TEXT_CHARACTERS)
        room -= characters(short)
        if shown and room < 0:
            break
        cut = cut or short is not message
        shown.append(short)
    return Excerpt(messages=tuple(reversed(shown)), left_out=len(messages) - len(shown), cut=cut)


def characters(message: Message) -> int:
    """Characters of all texts of a message.

    >>> characters(Message("assistant", "abc", "de"))
    5
    """
    return len(message.content) + len(message.thinking or "") + sum(len(call.arguments) for call in message.tool_calls)


def shortened(message: Message, most: int) -> Message:
    """A message of which a page can show many; the same object where nothing is too long.

    Args:
        message: the whole.
        most: characters kept of each text.
    """
    tools = tuple(
        msgspec.structs.replace(call, arguments=call.arguments[:most]) if len(call.arguments) > most else call
        for call in message.tool_calls[:SHOWN_PARTS]
    )
    if (
        len(message.content) <= most
        and len(message.thinking or "") <= most
        and len(message.images) <= SHOWN_PARTS
        and tools == message.tool_calls
    ):
        return message
    return msgspec.structs.replace(
        message,
        content=message.content[:most],
        thinking=message.thinking and message.thinking[:most],
        tool_calls=tools,
        images=message.images[:SHOWN_PARTS],
    )

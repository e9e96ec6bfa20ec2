"""A conversation as one chat: of each call only what the calls before it did not already show.

Clients hold the history and send it again with every call. So the messages of a call are followed along the histories
of the calls before it, as far as they are the same; what comes after is new. What is the same `wire.conversation` says,
as it does for the threading of sessions: white space at the ends, thinking, key order and ids of tool calls do not
count, several assistant messages in a row are one. System texts are shown when they are new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Literal

import msgspec

from sereno.calls import Message
from sereno.wire.conversation import thread

History = Literal["continued", "again", "branched", "changed", "shortened"]
"""How a call's history follows from the calls before it.

`continued`: it goes on where the call before it ended, or sends no history. `again`: it asks what was asked before.
`branched`: it goes on from an earlier call. `changed`: the client rewrote what had been said. `shortened`: the client
left out some of it.
"""
SHOWN_MESSAGES = 40
"""New messages shown of one call; the last ones."""
SHOWN_CHARACTERS = 8000
"""Characters shown of one text."""
SHOWN_PARTS = 100
"""Tool calls, and images, shown of one message."""
_SYSTEM = frozenset({"system", "developer"})
_NOTHING = Message("assistant")
_SOMETHING = Message("assistant", "x")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one call adds to a conversation.

    Attributes:
        messages: sent and not shown before, then the answer.
        repeated: messages it sent that are not shown again.
        left_out: new messages that are too many to show.
        cut: whether a text was too long to show.
        history: how it follows from the calls before it.
        after: number of the call it goes on from, where that is not the one before it.
    """

    messages: tuple[Message, ...]
    repeated: int
    left_out: int
    cut: bool
    history: History
    after: int | None = None


class _Unit(msgspec.Struct, frozen=True):
    """Messages that count as one turn: their hash, and where they end in the list they come from."""

    key: bytes
    end: int
    spoken: bool


class Talk:
    """Follows the calls of a conversation, oldest first."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()  # hashes of histories, whole or in part
        self._ends: dict[bytes, int] = {}  # hash of a history and its answer → number of the call that ended so
        self._seen: set[bytes] = set()  # hash of every unit and system text shown
        self._last = 0

    def add(self, number: int, sent: Sequence[Message], answers: Sequence[Message]) -> Said:
        """What the next call adds.

        Args:
            number: of the call, ascending.
            sent: the messages of its request.
            answers: what was answered; several where several choices were asked for.
        """
        units = list(_units(sent))
        chain = list(_chain(units))
        start, history, after = self._follow(units, chain)
        old = units[start - 1].end if start else 0
        new = [m for i, m in enumerate(sent) if (self._new_system(m) if m.role in _SYSTEM else i >= old)]
        self._remember(number, sent, units, chain, answers)
        left_out = max(0, len(new) - SHOWN_MESSAGES)
        whole = [*new[left_out:], *answers[:SHOWN_MESSAGES]]
        shown = tuple(map(_shortened, whole))
        return Said(
            messages=shown,
            repeated=len(sent) - len(new),
            left_out=left_out,
            cut=any(a is not b for a, b in zip(shown, whole, strict=True)),
            history=history,
            after=after,
        )

    def _follow(self, units: Sequence[_Unit], chain: Sequence[bytes]) -> tuple[int, History, int | None]:
        """Where the new units begin, how they follow, and from which call; the last unit is always new."""
        if not units or not self._last:
            return 0, "continued", None
        same = max((i for i, at in enumerate(chain) if i and at in self._known), default=0)
        if same == len(units):
            return same - 1, "again", None
        if same and chain[same] in self._ends:
            after = self._ends[chain[same]]
            return same, *(("continued", None) if after == self._last else ("branched", after))
        start = same
        while start < len(units) - 1 and units[start].key in self._seen:
            start += 1
        if any(unit.spoken for unit in units[same:start]):
            return start, "shortened", None
        return same, "changed" if same or any(unit.spoken for unit in units) else "continued", None

    def _new_system(self, message: Message) -> bool:
        key = blake2b(message.content.strip().encode("utf-8", "replace"), digest_size=16, person=b"system").digest()
        new = key not in self._seen
        self._seen.add(key)
        return new

    def _remember(
        self,
        number: int,
        sent: Sequence[Message],
        units: Sequence[_Unit],
        chain: Sequence[bytes],
        answers: Sequence[Message],
    ) -> None:
        self._last = number
        self._seen.update(unit.key for unit in units)
        self._known.update(chain[1:])
        for answer in answers:
            said = answer
            before = sent
            if sent and sent[-1].role == "assistant":  # the client gave the beginning of the answer
                said = msgspec.structs.replace(answer, content=sent[-1].content + answer.content)
                before = sent[:-1]
            whole = list(_units([*before, said]))
            self._seen.update(unit.key for unit in whole[-1:])
            ends = list(_chain(whole))[-1]
            self._known.add(ends)
            self._ends[ends] = number
        if not answers and units:
            self._ends[chain[-1]] = number


def _units(messages: Sequence[Message]) -> Iterator[_Unit]:
    run: list[Message] = []
    for index, message in enumerate(messages):
        if message.role in _SYSTEM:
            continue
        if message.role == "assistant":
            run.append(message)
            continue
        yield from _spoken(run, index)
        run = []
        yield _Unit(thread([message], _SOMETHING)[0] or b"", index + 1, spoken=False)
    yield from _spoken(run, len(messages))


def _spoken(run: Sequence[Message], end: int) -> Iterator[_Unit]:
    key = thread(run, _NOTHING)[0]
    if key is not None:
        yield _Unit(key, end, spoken=True)


def _chain(units: Sequence[_Unit]) -> Iterator[bytes]:
    """Hashes of the first 0, 1, 2, … units."""
    at = b""
    yield at
    for unit in units:
        at = blake2b(at + unit.key, digest_size=16).digest()
        yield at


def _shortened(message: Message) -> Message:
    """A message of which a page can show many; the same object where nothing is too long."""
    tools = tuple(
        msgspec.structs.replace(call, arguments=call.arguments[:SHOWN_CHARACTERS])
        if len(call.arguments) > SHOWN_CHARACTERS
        else call
        for call in message.tool_calls[:SHOWN_PARTS]
    )
    if (
        len(message.content) <= SHOWN_CHARACTERS
        and len(message.thinking or "") <= SHOWN_CHARACTERS
        and len(message.images) <= SHOWN_PARTS
        and tools == message.tool_calls
    ):
        return message
    return msgspec.structs.replace(
        message,
        content=message.content[:SHOWN_CHARACTERS],
        thinking=message.thinking and message.thinking[:SHOWN_CHARACTERS],
        tool_calls=tools,
        images=message.images[:SHOWN_PARTS],
    )

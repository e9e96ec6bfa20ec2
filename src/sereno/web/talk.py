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
from sereno.web.excerpt import shortened
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
    """Messages that count as one turn: their hash, where they end in the list they come from, whether a model's."""

    key: bytes
    end: int
    spoken: bool


class Talk:
    """Follows the calls of a conversation, oldest first.

    Histories form a tree: a node is a history, an edge the unit that makes it longer.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[int, bytes], int] = {}  # (node, unit) → node; 0 is the empty history
        self._ends: dict[int, int] = {}  # node of a history with its answer → number of the call that ended so
        self._seen: set[bytes] = set()  # hash of every unit and system text shown
        self._keys: dict[tuple[Message, ...], bytes | None] = {}  # what was hashed: every call sends most of it again
        self._last = 0

    def add(self, number: int, sent: Sequence[Message], answers: Sequence[Message]) -> Said:
        """What the next call adds.

        Args:
            number: of the call, from 1, ascending.
            sent: the messages of its request.
            answers: what was answered; several where several choices were asked for.
        """
        units = list(self._units(sent))
        path = self._walk(units)
        start, history, after = self._follow(units, path)
        old = units[start - 1].end if start else 0
        new = [m for i, m in enumerate(sent) if (self._new_system(m) if m.role in _SYSTEM else i >= old)]
        self._remember(number, sent, units, path, answers)
        left_out = max(0, len(new) - SHOWN_MESSAGES)
        whole = [*new[left_out:], *answers[:SHOWN_MESSAGES]]
        shown = tuple(shortened(message, SHOWN_CHARACTERS) for message in whole)
        return Said(
            messages=shown,
            repeated=len(sent) - len(new),
            left_out=left_out,
            cut=any(a is not b for a, b in zip(shown, whole, strict=True)),
            history=history,
            after=after,
        )

    def _walk(self, units: Sequence[_Unit]) -> list[int]:
        """The nodes along these units, as far as their history is known."""
        path = [0]
        for unit in units:
            node = self._nodes.get((path[-1], unit.key))
            if node is None:
                break
            path.append(node)
        return path

    def _follow(self, units: Sequence[_Unit], path: Sequence[int]) -> tuple[int, History, int | None]:
        """Where the new units begin, how they follow, and from which call; the last unit is always new."""
        if not units or not self._last:
            return 0, "continued", None
        same = len(path) - 1
        if same == len(units):
            return same - 1, "again", None
        if same and path[-1] in self._ends:
            after = self._ends[path[-1]]
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
        path: Sequence[int],
        answers: Sequence[Message],
    ) -> None:
        self._last = number
        node = self._grow(path[-1], units[len(path) - 1 :])
        if not answers and units:
            self._ends[node] = number
        for answer in answers:
            if sent and sent[-1].role == "assistant":  # the client gave the beginning of the answer
                whole = msgspec.structs.replace(answer, content=sent[-1].content + answer.content)
                end = self._grow(0, list(self._units([*sent[:-1], whole])))
            else:
                end = self._grow(node, list(self._units([answer])))
            self._ends[end] = number

    def _grow(self, node: int, units: Sequence[_Unit]) -> int:
        """The node of a history that goes on so."""
        for unit in units:
            self._seen.add(unit.key)
            node = self._nodes.setdefault((node, unit.key), len(self._nodes) + 1)
        return node

    def _units(self, messages: Sequence[Message]) -> Iterator[_Unit]:
        """Messages as turns: several of a model in a row are one, those without text or tool calls none."""
        run: list[Message] = []
        for index, message in enumerate(messages):
            if message.role == "assistant":
                run.append(message)
            elif message.role not in _SYSTEM:
                yield from self._spoken(run, index)
                run = []
                yield _Unit(self._key((message,)) or b"", index + 1, spoken=False)
        yield from self._spoken(run, len(messages))

    def _spoken(self, run: Sequence[Message], end: int) -> Iterator[_Unit]:
        key = self._key(tuple(run)) if run else None
        if key is not None:
            yield _Unit(key, end, spoken=True)

    def _key(self, run: tuple[Message, ...]) -> bytes | None:
        """What one message, or a model's messages in a row, are recognised by; None where nothing is said."""
        if run not in self._keys:
            answer = _NOTHING if run[0].role == "assistant" else _SOMETHING
            self._keys[run] = thread(run, answer)[0]
        return self._keys[run]

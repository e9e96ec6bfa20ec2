"""The workers' journals as one stream of calls in the order of their end.

Each `Tail` follows one worker; `merged` takes from all of them what is certain to come next: an item is taken only
while every other worker has a later one waiting or has nothing more to read. So a conversation that moves between
workers is seen in its order also when a long backlog is read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from sereno.calls import Call, Exchange, Position
from sereno.journal.reader import ReadBatch
from sereno.wire.decode import decode as decode_exchange


class Reader(Protocol):
    """The part of `JournalReader` that a tail uses."""

    def read(self, position: Position, max_frames: int = ..., max_bytes: int = ...) -> ReadBatch:
        """Frames from a position on."""

    def decode(self, payload: bytes) -> Exchange:
        """The exchange in a frame's payload."""


class Item(NamedTuple):
    """One frame, read: `call` and `exchange` are None when it was not what a journal holds."""

    after: Position
    ended_at: float
    call: Call | None
    exchange: Exchange | None


class Tail:
    """Follows one worker's journal from a stored position.

    Attributes:
        items: read and not yet taken.
        at_end: whether the last read found the journal's end.
        start: where it began.
        position: up to where everything was taken.
    """

    def __init__(
        self, reader: Reader, position: Position, decode: Callable[[Exchange], Call] = decode_exchange
    ) -> None:
        self._reader = reader
        self._decode = decode
        self._read_to = position
        self._damage: list[tuple[int, int]] = []
        self.items: deque[Item] = deque()
        self.at_end = False
        self.start = self.position = position

    def fill(self, max_frames: int, max_bytes: int) -> None:
        """Read on when everything read was taken.

        Raises:
            JournalError: a segment was written by a newer Sereno.
            OSError: a segment cannot be read.
        """
        if self.items:
            return
        batch = self._reader.read(self._read_to, max_frames, max_bytes)
        ended_at = 0.0
        for frame in batch.frames:
            try:
                exchange = self._reader.decode(frame.payload)
                call = self._decode(exchange)
            except Exception:  # noqa: BLE001  whatever a damaged frame provokes, the next one is read
                self.items.append(Item(frame.position_after, ended_at, None, None))
                continue
            ended_at = call.ended_at
            self.items.append(Item(frame.position_after, ended_at, call, exchange))
        self._damage += [(at.segment, at.offset) for at in batch.problems if at.kind in {"poisoned", "header"}]
        self._read_to = batch.position
        self.at_end = batch.at_end
        if not self.items:
            self.position = self._read_to

    def take(self) -> Item:
        """The next item; the position moves behind it."""
        item = self.items.popleft()
        self.position = item.after if self.items else self._read_to
        return item

    def damage_before(self, position: Position) -> int:
        """Damaged stretches that lie before a position and were not asked for yet."""
        reached = (position.segment, position.offset)
        ahead = [at for at in self._damage if at >= reached]
        passed = len(self._damage) - len(ahead)
        self._damage = ahead
        return passed


def merged(tails: Sequence[Tail], limit: int) -> list[tuple[Tail, Item]]:
    """Up to `limit` items of filled tails, by their end."""
    taken: list[tuple[Tail, Item]] = []
    waiting = [tail for tail in tails if tail.items]
    if any(not tail.items and not tail.at_end for tail in tails):
        return taken
    while waiting and len(taken) < limit:
        tail = waiting[0] if len(waiting) == 1 else min(waiting, key=_next_end)
        taken.append((tail, tail.take()))
        if not tail.items:
            if not tail.at_end:
                break  # what it would bring next may come before what the others hold
            waiting.remove(tail)
    return taken


def _next_end(tail: Tail) -> float:
    return tail.items[0].ended_at

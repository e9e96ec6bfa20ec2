"""SQL functions of ours, on every connection."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Mapping


def pack_slots(slots: Mapping[int, int]) -> bytes:
    """Counts by slot as pairs of u16 and i32, ascending; differences may be negative."""
    flat = [part for pair in sorted(slots.items()) for part in pair]
    return struct.pack("<" + "Hi" * len(slots), *flat)


def merge_slots(kept: bytes, added: bytes) -> bytes:
    """`sereno_merge(blob, blob)`: the sum of two packed counts; a slot that comes to nothing goes.

    >>> merge_slots(pack_slots({1: 2, 7: 1}), pack_slots({1: 1, 7: -1})) == pack_slots({1: 3})
    True
    """
    slots: dict[int, int] = dict(struct.iter_unpack("<Hi", kept))
    for slot, n in struct.iter_unpack("<Hi", added):
        total = slots.get(slot, 0) + n
        if total:
            slots[slot] = total
        else:
            del slots[slot]
    return pack_slots(slots)


class JoinBlobs:
    """Aggregate `sereno_join(blob)`: all blobs of a group, one after the other."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def step(self, part: bytes) -> None:
        """One row."""
        self._parts.append(part)

    def finalize(self) -> bytes:
        """The group's result."""
        return b"".join(self._parts)


def register(connection: sqlite3.Connection) -> None:
    """Make them known to a connection."""
    connection.create_function("sereno_merge", 2, merge_slots, deterministic=True)
    connection.create_aggregate("sereno_join", 1, JoinBlobs)  # type: ignore[arg-type]  # typeshed lets only numbers in

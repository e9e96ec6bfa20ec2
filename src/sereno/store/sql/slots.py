"""Counts by slot (`metrics.slots`) as bytes: how roll-up cells keep their histograms."""

from __future__ import annotations

import struct
from collections.abc import Mapping


def pack_slots(slots: Mapping[int, int]) -> bytes:
    """Counts by slot as pairs of u16 and i32, ascending; differences may be negative."""
    flat = [part for pair in sorted(slots.items()) for part in pair]
    return struct.pack("<" + "Hi" * len(slots), *flat)


def merge_slots(kept: bytes, added: bytes) -> bytes:
    """The sum of two packed counts; a slot that comes to nothing goes.

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

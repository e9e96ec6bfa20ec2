"""Requests per minute of a key, shared by all workers through one mapped file.

Each key has one number: the theoretical arrival time of GCRA (ITU-T I.371), in monotonic seconds, which all processes
of a machine share. A key may spend a minute's worth at once, then one request every 60/limit seconds. Workers that
race for the same slot may let a request too many pass, never one too few.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import Final

_SLOT: Final = struct.Struct("=8sd")
_SLOTS: Final = 4096
_MINUTE: Final = 60.0


def spend(arrival: float, now: float, per_minute: int) -> tuple[float, float]:
    """One request of a key: its next arrival time, and the seconds to wait (0: it may pass).

    >>> spend(0.0, 100.0, 2)
    (130.0, 0.0)
    >>> spend(160.0, 100.0, 2)
    (160.0, 30.0)
    """
    arrival = max(arrival, now)
    if arrival > now + 2 * _MINUTE:  # left by an earlier boot of the machine, whose clock was further on
        arrival = now
    following = arrival + _MINUTE / per_minute
    wait = following - now - _MINUTE
    if wait > 1e-9:
        return arrival, wait
    return following, 0.0


class Rates:
    """The arrival times of all keys.

    Args:
        path: the shared file, made if it is not there; where it cannot be, each worker counts alone.
    """

    def __init__(self, path: Path) -> None:
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.ftruncate(fd, _SLOTS * _SLOT.size)
                self._map = mmap.mmap(fd, _SLOTS * _SLOT.size)
            finally:
                os.close(fd)
        except OSError:
            self._map = mmap.mmap(-1, _SLOTS * _SLOT.size)
        self._slots: dict[str, int] = {}

    def wait(self, key_id: str, per_minute: int, now: float) -> float:
        """Count one request of a key; the seconds it must wait, 0 if it may pass."""
        at = self._slot(key_id)
        name, arrival = _SLOT.unpack_from(self._map, at)
        arrival, wait = spend(arrival, now, per_minute)
        _SLOT.pack_into(self._map, at, name, arrival)
        return wait

    def _slot(self, key_id: str) -> int:
        """Offset of a key's slot: where its id is, or the first free place behind where it belongs."""
        found = self._slots.get(key_id)
        if found is not None:
            return found
        name = key_id.encode()[:8].ljust(8, b"\0")
        start = int.from_bytes(name, "little") % _SLOTS
        for step in range(_SLOTS):
            at = (start + step) % _SLOTS * _SLOT.size
            held = self._map[at : at + 8]
            if held == name:
                break
            if held == bytes(8):
                self._map[at : at + 8] = name
                break
        else:
            at = start * _SLOT.size  # more keys than slots were ever used: two share one
        self._slots[key_id] = at
        return at

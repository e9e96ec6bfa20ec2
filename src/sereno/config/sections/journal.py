"""`[journal]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting

KIB, MIB, GIB = 1024, 1024**2, 1024**3


# fmt: off
class Journal(msgspec.Struct, frozen=True, kw_only=True):
    """What gateways write and the keeper reads."""

    max_bytes: Annotated[int, Setting(kinds.size(MIB),
        "Room for records not stored yet, over all workers; when it is full, new ones are dropped, counted.")] = 4 * GIB
    segment_bytes: Annotated[int, Setting(kinds.size(64 * KIB),
        "Size at which a new journal file begins.")] = 64 * MIB
    queue_bytes: Annotated[int, Setting(kinds.size(64 * KIB),
        "Records of one worker that wait for the disk in memory.")] = 64 * MIB
# fmt: on

"""`[lora]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting
from sereno.lora.rule import Rule


# fmt: off
class Lora(msgspec.Struct, frozen=True, kw_only=True):
    """Adapters: what a promotion must show, and how live traffic is counted: [adapters](lora.md)."""

    margin: Annotated[float, Setting(kinds.amount(1.0),
        "By how much a candidate's mean score may be lower than the champion's, 0 to 1.", "--margin")] = Rule().margin
    minimum: Annotated[int, Setting(kinds.integer(1, 1_000_000),
        "Items that a promotion's evaluation has at least.", "--minimum")] = Rule().minimum
    window: Annotated[float, Setting(kinds.duration(1.0),
        "How much traffic one row of `lora_performance` stands for; windows begin at its multiples, UTC.")] = 3600.0
# fmt: on

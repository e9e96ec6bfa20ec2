"""`[retention]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long calls are kept; counters and roll-ups stay for good."""

    calls_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days a call is kept.")] = None
    bodies_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days prompts and answers are kept.")] = 90
    alerts_days: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 36_500)),
        "Days the history of alerts is kept.")] = 365
# fmt: on

"""`[log]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What the processes say about themselves."""

    level: Annotated[str, Setting(kinds.choice("debug", "info", "warning", "error"),
        "Least important lines written.", "--log-level")] = "info"
    file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "File that lines are added to, instead of stderr.")] = None
# fmt: on

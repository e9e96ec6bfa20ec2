"""`[ui]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Ui(msgspec.Struct, frozen=True, kw_only=True):
    """The pages."""

    language: Annotated[str, Setting(kinds.choice("auto", "en", "es"),
        "Their language; `auto`: what the browser asks for, else English.")] = "auto"
# fmt: on

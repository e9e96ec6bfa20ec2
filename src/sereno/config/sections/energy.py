"""`[energy]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Energy(msgspec.Struct, frozen=True, kw_only=True):
    """What calls take of this machine's power: [energy](energy.md)."""

    meters: Annotated[str, Setting(kinds.choice("auto", "off"),
        "`auto` reads whatever GPUs and processor meters this machine has, `off` none.")] = "auto"
    interval: Annotated[float, Setting(kinds.duration(0.1),
        "How often they are read.")] = 1.0
    upstreams: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Model servers that run on this machine; none named: those with a loopback address.")] = ()
# fmt: on

"""`[keeper]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.kinds import Address
from sereno.config.setting import Setting


# fmt: off
class Keeper(msgspec.Struct, frozen=True, kw_only=True):
    """The control plane: API, pages, metrics."""

    listen: Annotated[Address, Setting(kinds.address(),
        "Where API, pages and metrics are served.", "--keeper")] = Address("127.0.0.1", 8004)
    content: Annotated[str, Setting(kinds.choice("full", "none"),
        "`full` keeps prompts and answers, `none` only figures.")] = "full"
    categories: Annotated[str, Setting(kinds.choice("builtin", "own", "off"),
        "Which categories prompts get: the built-in list with `[categories.NAME]`, these alone, or none.")] = "builtin"
    poll_interval: Annotated[float, Setting(kinds.duration(1.0),
        "How often model servers are asked for models and version.")] = 15.0
# fmt: on

"""`[client]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.kinds import Secret
from sereno.config.setting import Setting


# fmt: off
class Client(msgspec.Struct, frozen=True, kw_only=True):
    """How `sereno calls` and `sereno models` reach a keeper elsewhere."""

    url: Annotated[str | None, Setting(kinds.optional(kinds.url()),
        "Keeper or gateway to ask; `off` reads the data folder.", "--url")] = None
    key: Annotated[Secret, Setting(kinds.secret(),
        "Sereno key with scope `read` for it.")] = Secret("")
# fmt: on

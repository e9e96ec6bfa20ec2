"""`[store]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.kinds import Secret
from sereno.config.setting import Setting


# fmt: off
class StoreSection(msgspec.Struct, frozen=True, kw_only=True):
    """Where calls are kept."""

    url: Annotated[str, Setting(kinds.text(),
        "`sqlite:PATH` or `postgresql://USER@HOST:PORT/DATABASE`; empty for `sereno.db` in the data folder.")] = ""
    password: Annotated[Secret, Setting(kinds.secret(),
        "PostgreSQL's password; empty: `PGPASSWORD`, `~/.pgpass`, or none.")] = Secret("")
# fmt: on

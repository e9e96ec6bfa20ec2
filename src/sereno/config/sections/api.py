"""`[api]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Api(msgspec.Struct, frozen=True, kw_only=True):
    """The REST API and the pages."""

    cors_origins: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Origins whose pages may read the API.")] = ()
    rate_limit: Annotated[int | None, Setting(kinds.optional(kinds.integer(1, 1_000_000)),
        "Requests a minute of one client.")] = 600
    loopback_reads: Annotated[bool, Setting(kinds.boolean(),
        "Whether programs on this machine read the record without a key.")] = True
    metrics_public: Annotated[bool, Setting(kinds.boolean(),
        "Whether `/metrics` needs no key from other machines.")] = False
    query_timeout: Annotated[float, Setting(kinds.duration(0.1),
        "Longest time a question to the record may take.")] = 30.0
# fmt: on

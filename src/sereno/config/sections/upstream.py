"""`[upstreams.NAME]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Upstream(msgspec.Struct, frozen=True, kw_only=True):
    """A model server.

    The first one without `models` and `path_prefix` takes every request that no other one claims; a further one without
    them is reached under its name, as if `path_prefix` were `/NAME`.
    """

    name: str
    url: Annotated[str, Setting(kinds.url(rooted=True),
        "Its address, without a path: clients send the whole path themselves.", "--upstream")]
    models: Annotated[tuple[str, ...], Setting(kinds.texts(),
        "Models that are asked of it; `*` stands for any text.")] = ()
    path_prefix: Annotated[str, Setting(kinds.text(),
        "Path prefix that chooses it, matched by whole segments.")] = ""
    strip_prefix: Annotated[bool, Setting(kinds.boolean(),
        "Whether the prefix is removed before forwarding.")] = True
    ca_file: Annotated[Path | None, Setting(kinds.optional(kinds.path()),
        "Certificates (PEM) that its own must chain to.")] = None
    verify: Annotated[bool, Setting(kinds.boolean(),
        "Whether its certificate is checked.")] = True
    poll: Annotated[bool, Setting(kinds.boolean(),
        "Whether the keeper asks it for its models and version.")] = True
    inject_usage: Annotated[bool, Setting(kinds.boolean(),
        "Whether OpenAI streams that do not ask for token counts are made to, unseen by the client: "
        "[how](gateway.md#token-counts-of-streams).")] = False
    provider: Annotated[str, Setting(kinds.text(),
        "Whose price list its models are on: `local` for nobody's, or a provider that `sereno prices --providers` "
        "lists. Empty: its address tells.")] = ""
# fmt: on

"""`Setting`: one row of the table of settings."""

from __future__ import annotations

from typing import Any

import msgspec

from sereno.config.kinds import Kind, Secret


class Setting(msgspec.Struct, frozen=True):
    """One row of the table.

    Attributes:
        kind: what its values look like.
        help: one or two sentences.
        option: option of the command line, "" if only `--set NAME=VALUE` reaches it.
        name: dotted name; filled in from the field that carries the row.
        default: value when no source gives one; filled in likewise. None for `upstreams.NAME.url`, which has none.
    """

    kind: Kind[Any]
    help: str
    option: str = ""
    name: str = ""
    default: Any = None

    @property
    def secret(self) -> bool:
        """Whether the value is hidden, refused on the command line and readable from `NAME_file`."""
        return isinstance(self.default, Secret)

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return "SERENO_" + self.name.upper().replace(".", "_")

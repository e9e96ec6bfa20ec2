"""`[slo]`."""

# No `from __future__ import annotations`: the annotations are the table and are read.

from pathlib import Path
from typing import Annotated

import msgspec

from sereno.config import kinds
from sereno.config.setting import Setting


# fmt: off
class Objectives(msgspec.Struct, frozen=True, kw_only=True):
    """Service level objectives of the page and the API: [slo](slo.md)."""

    specs: Annotated[tuple[Path, ...], Setting(kinds.paths(),
        "Files of objectives: ours, Sloth's or OpenSLO's; none: the shipped ones.")] = ()
# fmt: on

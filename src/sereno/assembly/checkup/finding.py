"""What a check found."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["ok", "warn", "fail"]


class Finding(msgspec.Struct, frozen=True):
    """One line of `sereno doctor`.

    Attributes:
        name: what was looked at.
        verdict: `warn`: works, but will not for long or not for everybody; `fail`: does not work.
        found: what was seen.
        advice: what to do, "" when there is nothing to do.
    """

    name: str
    verdict: Verdict
    found: str
    advice: str = ""


def about(size: int) -> str:
    """A size for people, with three figures.

    >>> about(512), about(1536), about(83483426816)
    ('512 B', '1.5 KiB', '77.8 GiB')
    """
    number, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if number < 1024:
            break
        number, unit = number / 1024, larger
    return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"

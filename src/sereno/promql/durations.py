"""Durations as Prometheus writes them: `30d`, `1h30m`, `500ms`."""

from __future__ import annotations

import re
from functools import lru_cache

_UNITS = {"y": 31_536_000_000, "w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
"""Milliseconds by unit, the greatest first; a year is 365 days and a week seven, as in Prometheus."""
_FORM = re.compile(r"(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?", re.ASCII)


def milliseconds(text: str) -> int:
    """A duration in milliseconds.

    >>> milliseconds("1h30m"), milliseconds("30d"), milliseconds("1500ms")
    (5400000, 2592000000, 1500)

    Raises:
        ValueError: not of this form, or nothing at all.
    """
    match = _FORM.fullmatch(text) if text and len(text) <= 64 else None
    if match is None:
        raise ValueError(f"{text[:80]!r} is no duration; expected a number and a unit such as 5m, 1h30m or 30d")
    return sum(int(n) * unit for n, unit in zip(match.groups(), _UNITS.values(), strict=True) if n)


def seconds(text: str) -> float:
    """A duration in seconds; `ValueError` as `milliseconds`."""
    return milliseconds(text) / 1000


@lru_cache(maxsize=1024)
def written(total: int) -> str:
    """Whole seconds in the shortest exact form with one unit, as windows in rule names are written.

    >>> written(300), written(259200), written(5400), written(2592000), written(90)
    ('5m', '3d', '90m', '30d', '90s')
    """
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if total % size == 0:
            return f"{total // size}{unit}"
    return f"{total}s"

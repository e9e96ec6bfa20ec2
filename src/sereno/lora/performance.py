"""Windows of time in which a version served, and their figures as the registry keeps them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

WINDOW = 3600.0
"""Seconds of a window; windows begin on whole hours UTC."""


class Window(msgspec.Struct, frozen=True):
    """From `start` to before `end`, epoch seconds."""

    start: float
    end: float


def windows(since: float, until: float | None, after: float, now: float, width: float = WINDOW) -> Iterator[Window]:
    """The windows of a time of service that have ended, clipped to it, oldest first.

    Args:
        since: when service began, epoch seconds.
        until: when it ended, None while it goes on.
        after: windows that end at or before are left out.
        now: windows that end later have not ended.
        width: seconds.

    >>> [(w.start, w.end) for w in windows(100.0, 9000.0, 0.0, 20000.0)]
    [(100.0, 3600.0), (3600.0, 7200.0), (7200.0, 9000.0)]
    >>> [(w.start, w.end) for w in windows(100.0, None, 3600.0, 8000.0)]
    [(3600.0, 7200.0)]
    """
    last = now if until is None else min(until, now)
    start = max(since, after // width * width)
    while start < last:
        end = (start // width + 1) * width
        if until is not None:
            end = min(end, until)
        if end > now:
            return
        if end > after:
            yield Window(start, end)
        start = end

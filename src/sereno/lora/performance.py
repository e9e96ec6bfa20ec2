"""Windows of time in which versions are measured, and the part of each in which a version served."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

WINDOW = 3600.0
"""Seconds of a window unless set otherwise; windows begin at multiples of their width, UTC."""


class Window(msgspec.Struct, frozen=True):
    """From `start` to before `end`, epoch seconds."""

    start: float
    end: float

    def within(self, since: float, until: float | None) -> Window | None:
        """The part of it that lies in a time of service, None where there is none.

        >>> Window(0.0, 3600.0).within(100.0, None), Window(0.0, 3600.0).within(3600.0, None)
        (Window(start=100.0, end=3600.0), None)
        """
        start = max(self.start, since)
        end = self.end if until is None else min(self.end, until)
        return Window(start, end) if start < end else None


def windows(after: float, now: float, width: float = WINDOW) -> Iterator[Window]:
    """The windows that end after one moment and not after another, oldest first.

    Args:
        after: epoch seconds; a window that ends then or before is left out.
        now: epoch seconds; a window that ends later has not ended.
        width: seconds.

    >>> [(w.start, w.end) for w in windows(3600.0, 12000.0)]
    [(3600.0, 7200.0), (7200.0, 10800.0)]
    """
    start = after // width * width
    while start + width <= now:
        yield Window(start, start + width)
        start += width

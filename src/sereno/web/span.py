"""The stretch of time a page looks at, with both ends known."""

from __future__ import annotations

import msgspec

from sereno.conventions import INTERVALS
from sereno.query.intervals import starts
from sereno.store.base import CallQuery
from sereno.web.page import Ask

DAY = 86400.0


class Span(msgspec.Struct, frozen=True):
    """From `start` to before `end`, epoch seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Its length."""
        return self.end - self.start

    def interval(self, most: int) -> str:
        """Name of the shortest interval that cuts it into no more than so many parts; days where none does.

        >>> Span(0.0, 86400.0).interval(60), Span(0.0, 1e9).interval(60)
        ('1h', '1d')
        """
        return next((name for name, seconds in INTERVALS.items() if self.seconds / seconds <= most), "1d")

    def starts(self, interval: str, tz: str) -> tuple[float, ...]:
        """Starts of its intervals; the first may begin before it."""
        return tuple(starts(self.start, self.end, INTERVALS[interval], tz))


def span_of(ask: Ask, usual: float) -> tuple[Span, CallQuery]:
    """What the reader asked for, as long as `usual` seconds where the start is open, until now where the end is.

    An end that lies far ahead is drawn no further than a day from now: millions of empty days would take seconds.
    """
    end = ask.now if ask.query.end is None else ask.query.end
    start = ask.query.start if ask.query.start is not None and ask.query.start < end else end - usual
    far = ask.now + DAY if start <= ask.now else start + usual
    return Span(start, min(end, far)), msgspec.structs.replace(ask.query, start=start)

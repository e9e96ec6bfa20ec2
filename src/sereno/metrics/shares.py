"""Energy shared among the calls that ran: at every moment the power drawn is split evenly between them.

The share of a call that ran from s to e is the integral of P(t)/n(t) over its time, where P is the power drawn and n
the number of calls running. It is kept as the integral from the beginning (`_share`), read when a call starts and when
it ends: the difference is its energy. So a call costs two events, however many others it overlaps, and the shares sum
to the energy of the time in which calls ran, whatever their overlaps. Energy of time without calls is `idle`.

Time is worked off once, up to a watermark that only moves on. A call that becomes known late, because its record lay in
a buffer, takes part from the watermark on; what was drawn before went to the others. So nothing is given out twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

import msgspec

from sereno.metrics.power import Stretch

SLACK_SECONDS, SLACK_SHARE = 0.1, 0.1
"""How much of a call's time may be unmetered: a tenth, and a tenth of a second; beyond, its energy is not known."""


class Span(msgspec.Struct):
    """A call that takes part.

    Attributes:
        start, end: epoch seconds; end None while it runs.
        share_at, metered_at: the two integrals when it began to take part; None before.
        joules, metered: its energy, and the seconds of its time with known power, once its end was passed.
    """

    start: float
    end: float | None = None
    share_at: float | None = None
    metered_at: float = 0.0
    joules: float | None = None
    metered: float = 0.0


class Shares:
    """The energy of calls.

    Attributes:
        at: the watermark; None before the first stretch.
        given: joules handed out to calls.
        idle: joules drawn while no call ran.
        other: joules of what ran and has no share: requests that were no LLM calls, calls whose energy is not known.
    """

    def __init__(self) -> None:
        self.at: float | None = None
        self.given = self.idle = self.other = 0.0
        self._stretches: deque[Stretch] = deque()
        self._spans: dict[str, Span] = {}
        self._running = 0
        self._share = self._metered = 0.0

    @property
    def calls(self) -> frozenset[str]:
        """Ids of the calls that take part and were not taken out."""
        return frozenset(self._spans)

    def measured(self, stretch: Stretch) -> None:
        """Add what was drawn; stretches come in the order of time."""
        if self.at is None:
            self.at = stretch.start
        if stretch.end <= self.at:
            self.other += stretch.joules or 0.0
            return
        if stretch.start < self.at and stretch.joules is not None:  # a part of it was passed without knowing
            late = stretch.joules * (self.at - stretch.start) / (stretch.end - stretch.start)
            self.other += late
            stretch = Stretch(self.at, stretch.end, stretch.joules - late)
        self._stretches.append(stretch)

    def begin(self, call: str, start: float) -> None:
        """A call runs since `start`; one that was thought to have ended runs on, if that time was not passed."""
        known = self._spans.get(call)
        if known is not None:
            if known.joules is None:
                known.end = None
            return
        span = self._spans[call] = Span(start)
        if self.at is not None and start <= self.at:
            self._enter(span)

    def end(self, call: str, end: float) -> None:
        """A call that is known ended; an end that was passed already is put to the watermark."""
        span = self._spans[call]
        if span.joules is None:
            span.end = end
            if self.at is not None and end <= self.at:
                self._leave(span)

    def advance(self, to: float) -> None:
        """Work off the time up to `to`; the power of time that no stretch covers stays unknown."""
        if self.at is None or to <= self.at:
            return
        for moment, span, begins in self._events(to):
            self._pass(moment)
            if begins:
                self._enter(span)
            elif span.joules is None:
                self._leave(span)
        self._pass(to)

    def take(self, call: str) -> float | None:
        """The energy of a call whose end was passed, in joules, None where it is not known. It is forgotten then."""
        span = self._spans.pop(call)
        joules, end = span.joules, span.end
        if joules is None or end is None:
            if span.share_at is not None:
                self._running -= 1
                self.other += self._share - span.share_at
            return None
        seconds = end - span.start
        if span.metered <= 0.0 or seconds - span.metered > SLACK_SHARE * seconds + SLACK_SECONDS:
            self.other += joules
            return None
        self.given += joules
        return joules

    def drop(self, call: str) -> None:
        """Forget a call that was none: what it seemed to take is `other`."""
        before = self.given
        self.take(call)
        self.other += self.given - before
        self.given = before

    def _enter(self, span: Span) -> None:
        span.share_at, span.metered_at = self._share, self._metered
        self._running += 1

    def _leave(self, span: Span) -> None:
        if span.share_at is None:  # it began and ended before it was known
            span.share_at, span.metered_at = self._share, self._metered
        else:
            self._running -= 1
        span.joules, span.metered = self._share - span.share_at, self._metered - span.metered_at

    def _events(self, to: float) -> Iterable[tuple[float, Span, bool]]:
        """Starts and ends up to `to`, by time; of one call the start comes first."""
        found = []
        for span in self._spans.values():
            if span.share_at is None and span.start <= to:
                found.append((span.start, span, True))
            if span.joules is None and span.end is not None and span.end <= to:
                found.append((span.end, span, False))
        return sorted(found, key=lambda event: (event[0], not event[2]))

    def _pass(self, to: float) -> None:
        """Integrate up to `to`, between two events."""
        assert self.at is not None
        for seconds, joules in self._drawn(to):
            if joules is None:
                continue
            self._metered += seconds
            if self._running:
                self._share += joules / self._running
            else:
                self.idle += joules
        self.at = max(self.at, to)

    def _drawn(self, to: float) -> Iterator[tuple[float, float | None]]:
        """(seconds, joules) of each piece between the watermark and `to`; what is used up goes."""
        assert self.at is not None
        while self._stretches and self._stretches[0].start < to:
            start, end, joules = self._stretches[0]
            if end <= to:
                self._stretches.popleft()
                yield end - start, joules
                continue
            part = None if joules is None else joules * (to - start) / (end - start)
            left = None if joules is None or part is None else joules - part
            self._stretches[0] = Stretch(to, end, left)
            yield to - start, part

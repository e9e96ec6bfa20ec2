"""An event loop whose time is computed, not waited for: hours of traffic over real sockets in seconds.

Time moves only when no socket is ready, and then straight to the next timer. So what is measured on the loop does not
depend on how busy the machine is. Everything that talks must run on this one loop.
"""

from __future__ import annotations

import asyncio
import os
import selectors
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType
from unittest.mock import patch

LOOKS = 3
"""How often sockets are looked at before time moves: what was sent on loopback is there by then."""

STEP = 1e-6
"""Seconds that time moves at least: less could be lost in rounding, and it would stand still for ever."""


class _Selector(selectors.DefaultSelector):
    """Selects without waiting; a wait that brings nothing moves the clock instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        for _ in range(LOOKS):
            if found := super().select(0):
                return found
            if timeout is not None and timeout <= 0:
                return []
            os.sched_yield()
        if timeout is None:
            return super().select(None)  # nothing but another thread can go on
        self.now += max(timeout, STEP)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose time begins at 0.

    Args:
        start: epoch seconds of that moment.
    """

    def __init__(self, start: float) -> None:
        self._start = start
        self._clock = _Selector()
        super().__init__(self._clock)

    def time(self) -> float:
        """Seconds since the beginning."""
        return self._clock.now

    def time_ns(self) -> int:
        """Nanoseconds since the epoch."""
        return int((self._start + self._clock.now) * 1e9)


@contextmanager
def clocked(loop: VirtualLoop, modules: Sequence[ModuleType]) -> Iterator[None]:
    """Give modules that read `monotonic` and `time_ns` the loop's time."""
    with ExitStack() as stack:
        for module in modules:
            for name, clock in (("monotonic", loop.time), ("time_ns", loop.time_ns)):
                if hasattr(module, name):
                    stack.enter_context(patch.object(module, name, clock))
        yield

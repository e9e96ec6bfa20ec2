"""How long to wait before a child that died is started again. Pure."""

from __future__ import annotations


class Backoff:
    """At once, then 0.5 s, doubling up to 30 s; from the beginning again after a child ran stably.

    Args:
        first: seconds before the second restart in a row.
        longest: upper limit in seconds.
        stable: seconds of life after which earlier deaths are forgotten.
    """

    def __init__(self, first: float = 0.5, longest: float = 30.0, stable: float = 30.0) -> None:
        self._first, self._longest, self._stable = first, longest, stable
        self.failures = 0

    def delay(self, lived: float) -> float:
        """Seconds to wait after a child that lived so long.

        >>> backoff = Backoff()
        >>> [backoff.delay(0.1) for _ in range(4)], backoff.delay(3600.0)
        ([0.0, 0.5, 1.0, 2.0], 0.0)
        """
        if lived >= self._stable:
            self.failures = 0
        self.failures += 1
        if self.failures == 1:
            return 0.0
        return float(min(self._longest, self._first * 2 ** min(self.failures - 2, 30)))

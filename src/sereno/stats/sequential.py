"""Change detectors for one series that never ends: a few numbers of state, one update a value.

`PageHinkley` here, `Adwin` in its own module. Both are updated with every call's figure, so they are plain Python with
slots: an array of one number would cost more than the arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, isfinite


class PageHinkley:
    """Page–Hinkley's test for a change of the mean, up or down.

    It sums by how much values exceed their running mean, forgetting slowly, and tells when the sum has risen far above
    its lowest (or fallen far below its highest) point. Starts anew after a change.

    Source: Page (1954), Biometrika 41; Hinkley (1971), Biometrika 58; the fading factor as in Gama et al. (2013),
    Mach. Learn. 90.

    Args:
        least: values before it may tell anything.
        delta: deviation that is tolerated, in the unit of the values.
        threshold: λ, how far the sum must go, in the unit of the values; larger means fewer false alarms.
        fading: weight that the sum keeps from one value to the next, 0–1.

    Raises:
        ValueError: a threshold that is not positive, or a fading outside (0, 1].

    >>> test = PageHinkley(threshold=10)
    >>> [i for i in range(200) if test.update(0.0 if i < 100 else 1.0)]
    [110]
    """

    __slots__ = ("_down", "_high", "_low", "_up", "delta", "fading", "least", "mean", "n", "threshold")

    def __init__(
        self, *, least: int = 30, delta: float = 0.005, threshold: float = 50.0, fading: float = 0.9999
    ) -> None:
        if not threshold > 0:
            raise ValueError(f"threshold must be positive, not {threshold}")
        if not 0 < fading <= 1:
            raise ValueError(f"fading must be above 0 and at most 1, not {fading}")
        self.least, self.delta, self.threshold, self.fading = least, delta, threshold, fading
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.n = 0
        self.mean = 0.0
        self._up = self._down = 0.0
        self._low, self._high = inf, -inf

    def update(self, value: float) -> bool:
        """Take one value; true if the mean has changed with it. What is not finite is passed over."""
        if not isfinite(value):
            return False
        n = self.n = self.n + 1
        mean = self.mean = self.mean + (value - self.mean) / n
        gap = value - mean
        up = self._up = self.fading * self._up + gap - self.delta
        down = self._down = self.fading * self._down + gap + self.delta
        if up < self._low:  # noqa: PLR1730  min() costs a call, three times as much
            self._low = up
        if down > self._high:  # noqa: PLR1730  same
            self._high = down
        if n < self.least or (up - self._low <= self.threshold and self._high - down <= self.threshold):
            return False
        self.reset()
        return True

    def update_many(self, values: Iterable[float]) -> list[int]:
        """Take values in their order; indices of those with which the mean changed."""
        update = self.update
        return [at for at, value in enumerate(values) if update(value)]

"""ADWIN: a window that grows while a series stays the same and drops its past when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, log, sqrt


class Adwin:
    """Adaptive windowing over a bounded number of buckets, O(log W) memory.

    The window is kept as an exponential histogram: at most `most` buckets of 1, 2, 4, 8 … values. Every `clock` values
    each border between buckets is tried: where the means before and after differ by more than chance allows, the oldest
    buckets are dropped until they do not.

    Source: Bifet and Gavaldà (2007), SIAM SDM; the cut is their variance bound (equation 3.1).

    Args:
        delta: accepted chance of a false alarm a test.
        clock: values between two tests.
        most: buckets of one size.
        least: values that either side of a cut must have.
        grace: values before the first test.

    Attributes:
        width: values in the window.
        total: their sum.
        detections: changes so far. Where test after test goes on cutting, that is one change.

    Raises:
        ValueError: a delta outside (0, 1), or a clock or number of buckets below 1.

    >>> window = Adwin()
    >>> window.update_many([0.0] * 300 + [1.0] * 300), round(window.mean, 2)
    ([319], 0.96)
    """

    __slots__ = (
        "_cutting", "_totals", "_until", "_variance", "_variances", "clock", "delta", "detections", "grace", "least",
        "most", "total", "width",
    )  # fmt: skip

    def __init__(
        self, *, delta: float = 0.002, clock: int = 32, most: int = 5, least: int = 5, grace: int = 10
    ) -> None:
        if not 0 < delta < 1:
            raise ValueError(f"delta must be between 0 and 1, not {delta}")
        if clock < 1 or most < 1:
            raise ValueError("clock and most must be at least 1")
        self.delta, self.clock, self.most, self.least, self.grace = delta, clock, most, least, grace
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.width = self.detections = 0
        self.total = self._variance = 0.0
        self._until = self.clock
        self._cutting = False
        # By size (1, 2, 4 …): sums and squared deviations of the buckets, the oldest first.
        self._totals: list[list[float]] = [[]]
        self._variances: list[list[float]] = [[]]

    @property
    def mean(self) -> float:
        """Mean of the window; NaN while it is empty."""
        return self.total / self.width if self.width else float("nan")

    @property
    def variance(self) -> float:
        """Variance of the window (of the population); NaN while it is empty."""
        return self._variance / self.width if self.width else float("nan")

    def update(self, value: float) -> bool:
        """Take one value; true if a change was found. What is not finite is passed over."""
        if not isfinite(value):
            return False
        width = self.width
        if width:
            gap = value - self.total / width
            self._variance += width * gap * gap / (width + 1)
        self.width = width + 1
        self.total += value
        bucket = self._totals[0]
        bucket.append(value)
        self._variances[0].append(0.0)
        if len(bucket) > self.most:
            self._compress()
        self._until -= 1
        if self._until:
            return False
        self._until = self.clock
        before, self._cutting = self._cutting, self.width > self.grace and self._cut()
        found = self._cutting and not before
        self.detections += found
        return found

    def update_many(self, values: Iterable[float]) -> list[int]:
        """Take values in their order; indices of those with which a change was found."""
        update = self.update
        return [at for at, value in enumerate(values) if update(value)]

    def _compress(self) -> None:
        """Where a size has too many buckets, its two oldest become one of the next size."""
        size, level = 1, 0
        totals, variances = self._totals, self._variances
        while len(totals[level]) > self.most:
            if level + 1 == len(totals):
                totals.append([])
                variances.append([])
            first, second = totals[level][:2]
            gap = (first - second) / size
            spread = variances[level][0] + variances[level][1] + size * gap * gap / 2
            del totals[level][:2], variances[level][:2]
            level += 1
            totals[level].append(first + second)
            variances[level].append(spread)
            size *= 2

    def _cut(self) -> bool:
        found = False
        while self._differs():
            found = True
            self._drop_oldest()
        return found

    def _differs(self) -> bool:
        """Whether the means on the two sides of any border differ by more than chance allows."""
        width, total, least = self.width, self.total, self.least
        bound = log(2 * log(width) / self.delta)
        spread, linear = 2 * bound * self._variance / width, 2 * bound / 3
        before, n = 0.0, 0
        for level in range(len(self._totals) - 1, -1, -1):
            size = 1 << level
            for bucket in self._totals[level]:
                n += size
                before += bucket
                rest = width - n
                if n < least:
                    continue
                if rest < least:
                    return False
                share = 1 / (n - least + 1) + 1 / (rest - least + 1)
                gap = before / n - (total - before) / rest
                excess = (gap if gap > 0 else -gap) - linear * share
                if excess > 0 and excess > sqrt(spread * share if spread > 0 else 0.0):
                    return True
        return False

    def _drop_oldest(self) -> None:
        level = len(self._totals) - 1
        size, total, spread = 1 << level, self._totals[level].pop(0), self._variances[level].pop(0)
        self.width -= size
        self.total -= total
        gap = total / size - self.total / self.width
        self._variance -= spread + size * self.width * gap * gap / (size + self.width)
        while level and not self._totals[level]:
            self._totals.pop()
            self._variances.pop()
            level -= 1

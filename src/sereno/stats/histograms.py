"""Mergeable histograms with a bounded relative error and exact counts at chosen edges.

Values go to logarithmic buckets of base 2^(1/8) (8 a doubling, so a percentile is off by at most
2^(1/8) − 1 ≈ 9 %), from 1 µs to 2^40 µs; beside them the counts at the `le` edges that Prometheus shows are exact.
Merging is addition of whole numbers, sums included (they are kept in billionths), so values may be added and
histograms merged in any order and grouping: the result is the same to the last bit.
"""

from __future__ import annotations

from bisect import bisect_left
from math import ceil

import msgspec

STEPS = 8
BOUNDS = tuple(1e-6 * 2 ** (i / STEPS) for i in range(40 * STEPS + 1))
"""Upper bounds in seconds of the logarithmic buckets; what exceeds the last goes to bucket `len(BOUNDS)`."""
BUCKETS = len(BOUNDS) + 1
NANO = 1_000_000_000
"""Sums are kept in whole billionths (of a second, of a dollar)."""


def bucket_of(value: float) -> int:
    """Index of a value's logarithmic bucket: i holds (2^((i−1)/8), 2^(i/8)] µs, 0 holds all up to 1 µs."""
    return bisect_left(BOUNDS, value)


def upper_bound(index: int) -> float:
    """Upper bound in seconds of a bucket; the last, open bucket is given the bound it would have.

    >>> upper_bound(0), upper_bound(8 * 20)
    (1e-06, 1.048576)
    """
    return BOUNDS[index] if index < len(BOUNDS) else 1e-6 * 2 ** (index / STEPS)


def nanos(value: float) -> int:
    """A figure in whole billionths, in which sums are exact."""
    return round(value * NANO)


class Histogram(msgspec.Struct):
    """A distribution.

    Attributes:
        edges: the exact `le` edges, ascending, without +Inf.
        exact: counts by edge interval, len(edges) + 1, **not** cumulative; the last is what exceeds every edge.
        sparse: counts by logarithmic bucket.
        count: number of values.
        nanos: their sum in billionths; `total` is the same in units.
    """

    edges: tuple[float, ...]
    exact: list[int]
    sparse: dict[int, int]
    count: int = 0
    nanos: int = 0

    @classmethod
    def empty(cls, edges: tuple[float, ...]) -> Histogram:
        """A histogram of nothing."""
        return cls(edges, [0] * (len(edges) + 1), {})

    @property
    def total(self) -> float:
        """Sum of the values."""
        return self.nanos / NANO

    def add(self, value: float) -> None:
        """Count one value."""
        self.exact[bisect_left(self.edges, value)] += 1
        index = bisect_left(BOUNDS, value)
        self.sparse[index] = self.sparse.get(index, 0) + 1
        self.count += 1
        self.nanos += round(value * NANO)

    def merge(self, other: Histogram) -> None:
        """Add another histogram with the same edges; `ValueError` if they differ."""
        if other.edges != self.edges:
            raise ValueError("histograms with different edges cannot be merged")
        for i, n in enumerate(other.exact):
            self.exact[i] += n
        for index, n in other.sparse.items():
            self.sparse[index] = self.sparse.get(index, 0) + n
        self.count += other.count
        self.nanos += other.nanos

    def quantile(self, q: float) -> float | None:
        """The q-quantile (nearest rank), None when empty: exact for one value, else off by less than a bucket.

        Values are taken to lie evenly in the bucket that holds the rank, as Prometheus's `histogram_quantile` does.
        """
        if not self.count:
            return None
        if self.count == 1:
            return self.total
        rank = max(1, ceil(q * self.count - 1e-9))
        seen = 0
        for index in sorted(self.sparse):
            inside = self.sparse[index]
            if seen + inside >= rank:
                upper = upper_bound(index)
                lower = upper_bound(index - 1) if index else 0.0
                return lower + (upper - lower) * (rank - seen - 0.5) / inside
            seen += inside
        raise AssertionError("bucket counts do not add up to count")

    @property
    def mean(self) -> float | None:
        """Arithmetic mean, None when empty."""
        return self.total / self.count if self.count else None

    def cumulative(self) -> list[tuple[float, int]]:
        """(le, cumulative count) for every exact edge; +Inf is `count`."""
        out, seen = [], 0
        for edge, n in zip(self.edges, self.exact, strict=False):
            seen += n
            out.append((edge, seen))
        return out

"""Mergeable histograms with a bounded relative error and exact counts at chosen edges.

Values go to logarithmic buckets of base 2^(1/8) (8 a doubling, so a percentile is off by at most
2^(1/8) − 1 ≈ 9 %), from 1 µs to 2^40 µs; beside them the counts at the `le` edges that Prometheus shows are exact.
Merging is addition, so any order of merging gives the same histogram.
"""

from __future__ import annotations

from bisect import bisect_left
from math import ceil, log2

import msgspec

STEPS = 8
_FLOOR = 1e-6


def bucket_of(value: float) -> int:
    """Index of a value's logarithmic bucket: i holds (2^((i−1)/8), 2^(i/8)] µs, 0 holds all up to 1 µs."""
    if value <= _FLOOR:
        return 0
    return ceil(log2(value / _FLOOR) * STEPS - 1e-9)


def upper_bound(index: int) -> float:
    """Upper bound in seconds of a bucket."""
    return float(_FLOOR * 2 ** (index / STEPS))


class Histogram(msgspec.Struct):
    """A distribution.

    Attributes:
        edges: the exact `le` edges, ascending, without +Inf.
        exact: counts by edge interval, len(edges) + 1, **not** cumulative; the last is what exceeds every edge.
        sparse: counts by logarithmic bucket.
        count: number of values. total: their sum.
    """

    edges: tuple[float, ...]
    exact: list[int]
    sparse: dict[int, int]
    count: int = 0
    total: float = 0.0

    @classmethod
    def empty(cls, edges: tuple[float, ...]) -> Histogram:
        """A histogram of nothing."""
        return cls(edges, [0] * (len(edges) + 1), {})

    def add(self, value: float) -> None:
        """Count one value."""
        self.exact[bisect_left(self.edges, value)] += 1
        index = bucket_of(value)
        self.sparse[index] = self.sparse.get(index, 0) + 1
        self.count += 1
        self.total += value

    def merge(self, other: Histogram) -> None:
        """Add another histogram with the same edges; `ValueError` if they differ."""
        if other.edges != self.edges:
            raise ValueError("histograms with different edges cannot be merged")
        for i, n in enumerate(other.exact):
            self.exact[i] += n
        for index, n in other.sparse.items():
            self.sparse[index] = self.sparse.get(index, 0) + n
        self.count += other.count
        self.total += other.total

    def quantile(self, q: float) -> float | None:
        """The upper bound of the bucket that holds the q-quantile (nearest rank), None when empty."""
        if not self.count:
            return None
        rank = max(1, ceil(q * self.count - 1e-9))
        seen = 0
        for index in sorted(self.sparse):
            seen += self.sparse[index]
            if seen >= rank:
                return upper_bound(index)
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

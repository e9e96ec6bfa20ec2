"""What one or many calls add to counters and histograms: the only thing that is ever counted.

Increments add up; a store keeps their sum, roll-ups keep them by time and dimension.
"""

from __future__ import annotations

import msgspec

from sereno.stats.histograms import Histogram

Labels = tuple[str, ...]
"""Label values in the order of the metric's labels in `conventions.METRIC`."""


class Increments(msgspec.Struct):
    """Counters by (metric name, label values), histograms likewise. Roll-ups are `metrics.account`'s."""

    counters: dict[tuple[str, Labels], float] = msgspec.field(default_factory=dict)
    histograms: dict[tuple[str, Labels], Histogram] = msgspec.field(default_factory=dict)

    def count(self, name: str, labels: Labels, amount: float = 1.0) -> None:
        """Add to a counter."""
        key = (name, labels)
        self.counters[key] = self.counters.get(key, 0.0) + amount

    def observe(self, name: str, labels: Labels, value: float, edges: tuple[float, ...]) -> None:
        """Add a value to a histogram."""
        key = (name, labels)
        histogram = self.histograms.get(key)
        if histogram is None:
            histogram = self.histograms[key] = Histogram.empty(edges)
        histogram.add(value)

    def merge(self, other: Increments) -> None:
        """Add other increments to these."""
        for key, amount in other.counters.items():
            self.counters[key] = self.counters.get(key, 0.0) + amount
        for key, histogram in other.histograms.items():
            mine = self.histograms.get(key)
            if mine is None:
                mine = self.histograms[key] = Histogram.empty(histogram.edges)
            mine.merge(histogram)

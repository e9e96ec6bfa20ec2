"""What one or many calls add to counters, histograms and roll-ups: the only thing that is ever counted.

Increments add up exactly: counts are whole numbers, money is rounded to billionths of a dollar, sums of seconds
are whole nanoseconds. So any grouping of the same calls into batches ends in the same counters.
A store keeps their sum; roll-ups it keeps by time and dimension.
"""

from __future__ import annotations

import msgspec

from sereno.metrics.rollups import ROLLUPS, Cells, merge_cells
from sereno.stats.histograms import NANO, Histogram

MICRO = 1_000_000
"""Parts of a joule in which energy is summed."""
Labels = tuple[str, ...]
"""Label values in the order of the metric's labels in `conventions.METRIC`."""


class Increments(msgspec.Struct):
    """Counters by (metric name, label values), histograms likewise, and roll-up cells at their finest level.

    Attributes:
        counters: whole numbers; money in dollars, exact to a billionth below nine million; joules to a millionth.
        histograms: distributions.
        cells: by name of the roll-up, at its finest level; `rollups.coarser` makes the others of them. Not filled by
            `Store.counters()`.
    """

    counters: dict[tuple[str, Labels], float] = msgspec.field(default_factory=dict)
    histograms: dict[tuple[str, Labels], Histogram] = msgspec.field(default_factory=dict)
    cells: dict[str, Cells] = msgspec.field(default_factory=lambda: {rollup.name: {} for rollup in ROLLUPS})

    def count(self, name: str, labels: Labels, amount: float = 1) -> None:
        """Add to a counter."""
        key = (name, labels)
        self.counters[key] = add_exactly(self.counters.get(key, 0), amount)

    def observe(self, name: str, labels: Labels, value: float, edges: tuple[float, ...]) -> None:
        """Add a value to a histogram."""
        key = (name, labels)
        histogram = self.histograms.get(key)
        if histogram is None:
            histogram = self.histograms[key] = Histogram.empty(edges)
        histogram.add(value)

    def merge(self, other: Increments) -> None:
        """Add other increments to these; the others are left as they are."""
        for key, amount in other.counters.items():
            self.counters[key] = add_exactly(self.counters.get(key, 0), amount)
        for key, histogram in other.histograms.items():
            mine = self.histograms.get(key)
            if mine is None:
                mine = self.histograms[key] = Histogram.empty(histogram.edges)
            mine.merge(histogram)
        for name, cells in other.cells.items():
            merge_cells(self.cells[name], cells)


def parts_of(name: str) -> int:
    """How many whole parts of its unit a store keeps for 1 in a counter of this name.

    >>> parts_of("llm_cost_usd_total"), parts_of("llm_energy_joules_total"), parts_of("llm_requests_total")
    (1000000000, 1000000, 1)
    """
    if name.endswith(("_usd_total", "_seconds_total")):
        return NANO
    return MICRO if name.endswith("_joules_total") else 1


def add_exactly(a: float, b: float) -> float:
    """The sum, in which rounding cannot pile up: whole numbers stay whole, fractions are billionths.

    >>> add_exactly(0.1, 0.2), add_exactly(1, 2)
    (0.3, 3)
    """
    total = a + b
    return round(total, 9) if isinstance(total, float) else total

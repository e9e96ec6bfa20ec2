"""Sums by group while an aggregate is put together from roll-ups and scans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from sereno.metrics.increments import MICRO
from sereno.metrics.rollups import FIGURES, SUM_FIELDS
from sereno.metrics.slots import LATENCY, SLOTS, TPOT, TTFT, Range
from sereno.stats.histograms import BOUNDS, BUCKETS, NANO, Histogram
from sereno.store.base import Totals

Key = tuple[int | None, ...]
"""Start of the interval, then the numbers of the dimensions' values."""
PAIR = np.dtype([("slot", "<u2"), ("n", "<i4")])


class Tally(msgspec.Struct):
    """One group: its figures in the order of `rollups.FIGURES`, and its slots."""

    figures: list[int] = msgspec.field(default_factory=lambda: [0] * len(FIGURES))
    slots: Any = None

    def add(self, figures: Sequence[int | None]) -> None:
        """Add sums; NULL is a sum of nothing."""
        for i, figure in enumerate(figures):
            if figure:
                self.figures[i] += figure

    def add_slots(self, packed: bytes) -> None:
        """Add the cells' slots, packed one after the other."""
        pairs = np.frombuffer(packed, PAIR)
        self._plus(np.bincount(pairs["slot"], pairs["n"], SLOTS).astype(np.int64))

    def add_values(self, where: Range, values: NDArray[np.float64]) -> None:
        """Count durations one by one."""
        exact = np.searchsorted(np.asarray(where.edges), values, "left") + where.exact
        sparse = np.searchsorted(np.asarray(BOUNDS), values, "left") + where.sparse
        self._plus(np.bincount(np.concatenate((exact, sparse)), minlength=SLOTS))

    def totals(self, *, histograms: bool) -> Totals:
        """The group's answer."""
        sums = dict(zip(SUM_FIELDS, self.figures, strict=False))
        latency, ttft, tpot = self.figures[-3:]
        return Totals(
            cost_usd=sums.pop("cost_nanos") / NANO,
            eval_seconds=sums.pop("eval_nanos") / NANO,
            energy_joules=sums.pop("energy_micros") / MICRO,
            latency=self._histogram(LATENCY, latency) if histograms else None,
            ttft=self._histogram(TTFT, ttft) if histograms else None,
            tpot=self._histogram(TPOT, tpot) if histograms else None,
            **sums,
        )

    def _plus(self, counts: Any) -> None:
        self.slots = counts if self.slots is None else self.slots + counts

    def _histogram(self, where: Range, nanos: int) -> Histogram:
        if self.slots is None:
            return Histogram.empty(where.edges)
        exact = self.slots[where.exact : where.exact + len(where.edges) + 1].tolist()
        buckets = self.slots[where.sparse : where.sparse + BUCKETS]
        filled = np.flatnonzero(buckets)
        sparse = dict(zip(filled.tolist(), buckets[filled].tolist(), strict=True))
        return Histogram(where.edges, exact, sparse, sum(exact), nanos)

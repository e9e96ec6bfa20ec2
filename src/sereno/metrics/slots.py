"""One flat numbering of everything a roll-up cell counts about durations.

A cell holds three histograms: latency, time to first token and time per output token. Each has exact counts at
its `le` edges and counts in logarithmic buckets. Laid out one after the other they are *slots* 0 … `SLOTS`−1, and a
cell is a sparse map slot → count: small to store (most cells touch a dozen slots), merged by addition.
The layout is part of every store's format: changing an edge or a bucket needs a migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sereno.conventions import DURATION_EDGES, TPOT_EDGES, TTFT_EDGES
from sereno.stats.histograms import BUCKETS, Histogram


class Range(NamedTuple):
    """Where one histogram lies: its edges, the first slot of the exact counts, the first of the logarithmic."""

    edges: tuple[float, ...]
    exact: int
    sparse: int


_EXACT = tuple(len(edges) + 1 for edges in (DURATION_EDGES, TTFT_EDGES, TPOT_EDGES))
LATENCY = Range(DURATION_EDGES, 0, sum(_EXACT))
TTFT = Range(TTFT_EDGES, _EXACT[0], sum(_EXACT) + BUCKETS)
TPOT = Range(TPOT_EDGES, _EXACT[0] + _EXACT[1], sum(_EXACT) + 2 * BUCKETS)
SLOTS = sum(_EXACT) + 3 * BUCKETS


def histogram(slots: Mapping[int, int], where: Range, nanos: int) -> Histogram:
    """The histogram that lies in a range of a cell's slots.

    Args:
        slots: counts by slot.
        where: which histogram.
        nanos: sum of its values in billionths of a second.
    """
    exact = [slots.get(where.exact + i, 0) for i in range(len(where.edges) + 1)]
    first, last = where.sparse, where.sparse + BUCKETS
    sparse = {slot - first: n for slot, n in slots.items() if first <= slot < last}
    return Histogram(where.edges, exact, sparse, sum(exact), nanos)

"""Roll-up cells, counters and histograms as values of rows."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Any

from sereno.conventions import METRIC
from sereno.metrics.increments import parts_of
from sereno.metrics.rollups import Cell, Cells, Rollup, coarser
from sereno.stats.histograms import Histogram
from sereno.store.sql.columns import OPERATION_CODE, STATUS_CODE, Numbers
from sereno.store.sql.slots import pack_slots

_CODES: dict[str, Mapping[Any, int]] = {"operation": OPERATION_CODE, "status": STATUS_CODE}


def keys_of(rollup: Rollup) -> tuple[str, ...]:
    """The columns of a cell's key."""
    return ("seconds", "at", *rollup.dimensions)


def level_rows(rollup: Rollup, cells: Cells, numbers: Numbers) -> Iterator[tuple[tuple[int, ...], Cell, bytes]]:
    """(key, cell, packed slots) of every level of a roll-up.

    Args:
        rollup: whose cells they are.
        cells: of its finest level.
        numbers: numbers of texts.
    """
    codes = [_CODES.get(dimension) for dimension in rollup.dimensions]
    for seconds in rollup.levels:
        level = cells if seconds == rollup.levels[0] else coarser(cells, seconds)
        for key, cell in level.items():
            values = [
                codes_of[value] if codes_of else numbers[value] or 0
                for codes_of, value in zip(codes, key[1:], strict=True)
            ]
            yield (seconds, key[0], *values), cell, pack_slots(cell.slots)


def counter_stored(name: str, value: float) -> int:
    """A counter as it is stored: a whole number of its parts (`metrics.increments.parts_of`)."""
    return int(value) if (whole := parts_of(name)) == 1 else round(value * whole)


def counter_read(name: str, value: int) -> float:
    """A counter as it was."""
    return value if (whole := parts_of(name)) == 1 else value / whole


def histogram_stored(histogram: Histogram) -> tuple[int, bytes, bytes]:
    """Sum in billionths, exact counts (u64), sparse buckets (pairs of u16 and u64), little-endian."""
    flat = [part for pair in sorted(histogram.sparse.items()) for part in pair]
    return (
        histogram.nanos,
        struct.pack(f"<{len(histogram.exact)}Q", *histogram.exact),
        struct.pack("<" + "HQ" * len(histogram.sparse), *flat),
    )


def histogram_read(name: str, nanos: int, exact: bytes, sparse: bytes) -> Histogram:
    """The histogram of a metric as it was."""
    counts = list(struct.unpack(f"<{len(exact) // 8}Q", exact))
    buckets = dict(struct.iter_unpack("<HQ", sparse))
    return Histogram(METRIC[name].edges, counts, buckets, sum(counts), nanos)

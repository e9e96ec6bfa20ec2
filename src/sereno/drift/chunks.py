"""Chunks over time: each compared with one frozen reference, so that their figures can be compared too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from sereno.drift.columns import Column, Values
from sereno.drift.compare import Comparison, compare
from sereno.drift.form import comparison_json
from sereno.drift.reference import Reference

Rows = Callable[[int, int], Mapping[str, Values | Column]]
"""Columns of `rows` rows from row `start` on."""


class Chunk(msgspec.Struct, frozen=True):
    """One chunk.

    Attributes:
        chunk: its number, from 0. start, end: rows [start, end) of the current data.
        comparison: with the reference.
    """

    chunk: int
    start: int
    end: int
    comparison: Comparison


def spans(rows: int, size: int) -> Iterator[tuple[int, int]]:
    """Where chunks start and end; what is left at the end is a chunk of its own.

    >>> list(spans(5, 2))
    [(0, 2), (2, 4), (4, 5)]
    """
    for start in range(0, rows, size):
        yield start, min(start + size, rows)


def chunks_of(reference: Reference, columns: Rows, rows: int, size: int) -> Iterator[Chunk]:
    """Compare chunk after chunk of `size` rows with the reference.

    Raises:
        ValueError: no column in common.
    """
    for number, (start, end) in enumerate(spans(rows, size)):
        yield Chunk(number, start, end, compare(reference, columns(start, end - start)))


def chunk_json(found: Chunk) -> dict[str, Any]:
    """`{"chunk", "start", "end", "status", "severity", "features"}`."""
    return {"chunk": found.chunk, "start": found.start, "end": found.end, **comparison_json(found.comparison)}

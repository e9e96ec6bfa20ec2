"""Roll-up cells: what many calls add up to, by time and dimension.

Each roll-up keeps a few dimensions that are asked for together, so that an answer sums thousands of cells, not a
million calls. All of them hold the same figures of the same LLM calls, so whichever answers says the same. Time is the
**end** of a call. Coarser cells (hour, day) are sums of finer ones, so every level says the same too.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import add, sub
from typing import Any, NamedTuple

import msgspec

MINUTE, HOUR, DAY = 60, 3600, 86400


class Rollup(NamedTuple):
    """One roll-up.

    Attributes:
        name: of its cells and its table.
        dimensions: names of `store.base.Dimension` in the order of its keys.
        levels: lengths of its cells in seconds, ascending, each a multiple of the one before.
    """

    name: str
    dimensions: tuple[str, ...]
    levels: tuple[int, ...]


TRAFFIC = Rollup("traffic", ("model", "operation", "status"), (MINUTE, HOUR, DAY))
TOPICS = Rollup("topics", ("category", "model", "operation", "status"), (HOUR, DAY))
ORIGINS = Rollup("origins", ("upstream", "cost_source", "error_type", "model", "operation", "status"), (HOUR, DAY))
CALLERS = Rollup("callers", ("user", "key"), (HOUR, DAY))
PEOPLE = Rollup("people", ("user", "key", "client", "model", "operation", "status"), (HOUR, DAY))
INTERESTS = Rollup("interests", ("user", "category", "model", "operation", "status"), (DAY,))
ROLLUPS = (TRAFFIC, TOPICS, ORIGINS, CALLERS, PEOPLE, INTERESTS)
"""All of them, the smallest first: the first that has the dimensions of a question answers it."""

SUM_FIELDS = (
    "calls", "success", "error", "aborted", "input_tokens", "input_known", "cached_input_tokens", "output_tokens",
    "output_known", "cost_nanos", "cost_known", "eval_nanos", "eval_tokens", "tool_calls", "unpriced",
    "energy_micros", "energy_known", "energy_tokens",
)  # fmt: skip
"""Whole numbers that add up: money and time in billionths, energy in millionths of a joule, of which a cell may hold
the yearly energy of a town. `*_known` counts calls in which the figure was known.

`eval_nanos` is the generation time of the calls that report both it and their output tokens, `eval_tokens` the output
tokens of the same calls, so that the quotient is an honest speed. `unpriced` counts calls with tokens but no cost.
`energy_tokens` are the output tokens of the calls whose energy is known.
"""
FIGURES = (*SUM_FIELDS, "latency_nanos", "ttft_nanos", "tpot_nanos")
"""The figures of a cell in the order in which cells and stores keep them."""

Key = tuple[Any, ...]
"""Start of the cell (whole epoch seconds), then the values of the roll-up's dimensions, None for none."""


class Cell(msgspec.Struct):
    """What the calls of one key add up to.

    Attributes:
        figures: in the order of `FIGURES`.
        slots: the three histograms, as counts by slot (`metrics.slots`).
    """

    figures: list[int] = msgspec.field(default_factory=lambda: [0] * len(FIGURES))
    slots: dict[int, int] = msgspec.field(default_factory=dict)

    def __getitem__(self, figure: str) -> int:
        """A figure by name."""
        return self.figures[FIGURES.index(figure)]

    def merge(self, other: Cell) -> None:
        """Add another cell to this one."""
        self.figures = list(map(add, self.figures, other.figures))
        slots = self.slots
        for slot, n in other.slots.items():
            slots[slot] = slots.get(slot, 0) + n


Cells = dict[Key, Cell]


def merge_cells(into: Cells, cells: Mapping[Key, Cell]) -> None:
    """Add cells to others of the same roll-up and level; the added ones are left as they are."""
    for key, cell in cells.items():
        mine = into.get(key)
        if mine is None:
            mine = into[key] = Cell()
        mine.merge(cell)


def differences(after: Mapping[Key, Cell], before: Mapping[Key, Cell]) -> Cells:
    """What must be added to cells to come from one state to another; equal cells are left out.

    Args:
        after: the cells that the same calls make now.
        before: the cells that they made.
    """
    none = Cell()
    out: Cells = {}
    for key in {**before, **after}:
        to, since = after.get(key, none), before.get(key, none)
        if to != since:
            slots = {slot: to.slots.get(slot, 0) - since.slots.get(slot, 0) for slot in {**since.slots, **to.slots}}
            out[key] = Cell(list(map(sub, to.figures, since.figures)), {slot: n for slot, n in slots.items() if n})
    return out


def coarser(cells: Mapping[Key, Cell], seconds: int) -> Cells:
    """The same cells summed to a coarser level of time.

    Args:
        cells: cells of a finer level whose length divides `seconds`.
        seconds: length of the coarser level (`HOUR`, `DAY`); UTC.
    """
    out: Cells = {}
    for key, cell in cells.items():
        wide = (key[0] - key[0] % seconds, *key[1:])
        mine = out.get(wide)
        if mine is None:
            mine = out[wide] = Cell()
        mine.merge(cell)
    return out

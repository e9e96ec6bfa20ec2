"""Roll-up cells: what many calls add up to, by time and dimension.

*Traffic* is kept by minute × model × operation × status with histograms, *usage* by hour × user × model × category
with sums alone. Only LLM calls are in them. Time is the **end** of a call. Coarser cells (hour, day) are sums of
finer ones, so every level says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

import msgspec

from sereno.calls import Operation, Status

MINUTE, HOUR, DAY = 60, 3600, 86400
TRAFFIC_LEVELS = (MINUTE, HOUR, DAY)
USAGE_LEVELS = (HOUR, DAY)


class TrafficKey(NamedTuple):
    """Which cell of traffic: the start of its time (whole epoch seconds) and the dimensions."""

    at: int
    model: str | None
    operation: Operation
    status: Status


class UsageKey(NamedTuple):
    """Which cell of usage."""

    at: int
    user: str | None
    model: str | None
    category: str | None


class Sums(msgspec.Struct):
    """Whole numbers that add up; money and time in billionths. `*_known` counts calls in which the figure was known.

    Attributes:
        eval_nanos: generation time of the calls that report both it and their output tokens.
        eval_tokens: output tokens of the same calls, so that the quotient is an honest speed.
    """

    calls: int = 0
    success: int = 0
    error: int = 0
    aborted: int = 0
    input_tokens: int = 0
    input_known: int = 0
    cached_input_tokens: int = 0
    output_tokens: int = 0
    output_known: int = 0
    cost_nanos: int = 0
    cost_known: int = 0
    eval_nanos: int = 0
    eval_tokens: int = 0
    tool_calls: int = 0

    def merge(self, other: Sums) -> None:
        """Add other sums to these."""
        self.calls += other.calls
        self.success += other.success
        self.error += other.error
        self.aborted += other.aborted
        self.input_tokens += other.input_tokens
        self.input_known += other.input_known
        self.cached_input_tokens += other.cached_input_tokens
        self.output_tokens += other.output_tokens
        self.output_known += other.output_known
        self.cost_nanos += other.cost_nanos
        self.cost_known += other.cost_known
        self.eval_nanos += other.eval_nanos
        self.eval_tokens += other.eval_tokens
        self.tool_calls += other.tool_calls


SUM_FIELDS = Sums.__struct_fields__
"""The sums in the order in which stores keep them as columns."""


class UsageCell(msgspec.Struct):
    """Sums of one cell."""

    sums: Sums = msgspec.field(default_factory=Sums)

    def merge(self, other: UsageCell) -> None:
        """Add another cell to this one."""
        self.sums.merge(other.sums)


class TrafficCell(msgspec.Struct):
    """Sums of one cell and its three histograms, as counts by slot (`metrics.slots`) and sums of seconds."""

    sums: Sums = msgspec.field(default_factory=Sums)
    latency_nanos: int = 0
    ttft_nanos: int = 0
    tpot_nanos: int = 0
    slots: dict[int, int] = msgspec.field(default_factory=dict)

    def merge(self, other: TrafficCell) -> None:
        """Add another cell to this one."""
        self.sums.merge(other.sums)
        self.latency_nanos += other.latency_nanos
        self.ttft_nanos += other.ttft_nanos
        self.tpot_nanos += other.tpot_nanos
        slots = self.slots
        for slot, n in other.slots.items():
            slots[slot] = slots.get(slot, 0) + n


Key = TypeVar("Key", TrafficKey, UsageKey)
Cell = TypeVar("Cell", TrafficCell, UsageCell)


def merge_cells(into: dict[Key, Cell], cells: Mapping[Key, Cell]) -> None:
    """Add cells to others of the same level; the added ones are left as they are."""
    for key, cell in cells.items():
        mine = into.get(key)
        if mine is None:
            mine = into[key] = type(cell)()
        mine.merge(cell)


def differences(after: Mapping[Key, Cell], before: Mapping[Key, Cell]) -> dict[Key, Sums]:
    """What must be added to the sums of cells to come from one state to another; equal cells are left out.

    Args:
        after: the cells that the same calls make now.
        before: the cells that they made.
    """
    none = Sums()
    out: dict[Key, Sums] = {}
    for key in {**before, **after}:
        new, old = after.get(key), before.get(key)
        to, since = none if new is None else new.sums, none if old is None else old.sums
        if to != since:
            out[key] = Sums(*(getattr(to, name) - getattr(since, name) for name in SUM_FIELDS))
    return out


def coarser(cells: Mapping[Key, Cell], seconds: int) -> dict[Key, Cell]:
    """The same cells summed to a coarser level of time.

    Args:
        cells: cells of a finer level whose length divides `seconds`.
        seconds: length of the coarser level (`HOUR`, `DAY`); UTC.
    """
    out: dict[Key, Cell] = {}
    for key, cell in cells.items():
        wide = key._replace(at=key.at - key.at % seconds)
        mine = out.get(wide)
        if mine is None:
            mine = out[wide] = type(cell)()
        mine.merge(cell)
    return out

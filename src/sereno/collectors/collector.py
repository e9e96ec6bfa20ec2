"""What every collector can do, and what all of them together read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sereno.metrics.hardware import Gpu, Reading, Zone


class Part(NamedTuple):
    """What one collector read."""

    gpus: tuple[Gpu, ...] = ()
    zones: tuple[Zone, ...] = ()


class Collector(Protocol):
    """Reads one kind of meter. Used from one thread at a time."""

    def read(self) -> Part:
        """Its meters now; never raises for a device that fails."""

    def close(self) -> None:
        """Release what it holds."""


def reading(collectors: Sequence[Collector], at: float) -> Reading:
    """All meters.

    Args:
        collectors: what reads them.
        at: epoch seconds now.
    """
    parts = [collector.read() for collector in collectors]
    return Reading(
        at=at,
        gpus=tuple(gpu for part in parts for gpu in part.gpus),
        zones=tuple(zone for part in parts for zone in part.zones),
    )

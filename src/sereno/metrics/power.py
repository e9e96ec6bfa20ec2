"""Readings of meters → energy drawn between them.

A meter that counts joules is exact between any two readings. Where there is only a power in watts, the energy between
two readings is the mean of both times the time (trapezoidal rule). Inside a stretch the power is taken as even.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sereno.metrics.hardware import Reading

LONGEST = 30.0
"""Seconds between two readings; beyond, what was drawn meanwhile is not known: the machine slept, or a meter hung."""


class Stretch(NamedTuple):
    """Time between two readings.

    Attributes:
        start, end: epoch seconds.
        joules: drawn meanwhile by everything metered; None where nothing is known.
    """

    start: float
    end: float
    joules: float | None


class Meter(NamedTuple):
    """One source of power: joules so far where it counts them, watts now where it tells."""

    joules: float | None
    watts: float | None


def meters(reading: Reading) -> dict[str, Meter]:
    """The sources of a reading that may be added up.

    A GPU inside a processor is left out where that processor's package has a meter: it counts both.
    """
    return dict(_meters(reading))


def stretch(before: Reading, after: Reading) -> Stretch:
    """The energy between two readings, over the sources that both have."""
    seconds = after.at - before.at
    joules: list[float] = []
    if 0 < seconds <= LONGEST:
        old = meters(before)
        for name, meter in meters(after).items():
            drawn = _drawn(old[name], meter, seconds) if name in old else None
            if drawn is not None:
                joules.append(drawn)
    return Stretch(before.at, after.at, sum(joules) if joules else None)


def _drawn(before: Meter, after: Meter, seconds: float) -> float | None:
    # A counter that went back began anew with its driver.
    if before.joules is not None and after.joules is not None and after.joules >= before.joules:
        return after.joules - before.joules
    if before.watts is not None and after.watts is not None:
        return (before.watts + after.watts) / 2 * seconds
    return None


def _meters(reading: Reading) -> Iterator[tuple[str, Meter]]:
    for zone in reading.zones:
        yield zone.zone, Meter(zone.joules, None)
    for gpu in reading.gpus:
        if gpu.up and not (gpu.in_package and reading.zones) and (gpu.joules, gpu.watts) != (None, None):
            yield gpu.uuid, Meter(gpu.joules, gpu.watts)

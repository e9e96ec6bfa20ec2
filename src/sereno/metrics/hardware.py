"""What a machine's own meters say: GPUs and processor packages, and the metrics it becomes.

Absent is not zero: a figure that a device does not tell is None here and has no sample.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from sereno.metrics.increments import Labels


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU as last read.

    Attributes:
        gpu: what it is called in labels: NVIDIA's index (`0`) or the kernel's name (`card1`).
        vendor: `nvidia` or `amd`.
        uuid: names it for good, across restarts and slots.
        name: of the product.
        driver: its version, "" where unknown.
        up: whether it answered. One that fell off the bus is False and tells nothing else.
        busy: share of the time in which it computed, 0–1.
        memory_used, memory_total: bytes.
        celsius: temperature of the hottest part it tells.
        watts: power drawn now. limit_watts: the most that it may draw.
        joules: drawn since its driver was loaded, by its own meter.
        in_package: whether it is part of a processor, whose meter then counts its power as well.
        xids: faults that its driver reported since we listen; None where it cannot be asked.
        last_xid: NVIDIA's number of the last one, 0 before the first.
    """

    gpu: str
    vendor: str
    uuid: str
    name: str
    driver: str = ""
    up: bool = True
    busy: float | None = None
    memory_used: float | None = None
    memory_total: float | None = None
    celsius: float | None = None
    watts: float | None = None
    limit_watts: float | None = None
    joules: float | None = None
    in_package: bool = False
    xids: int | None = None
    last_xid: int | None = None


class Zone(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the machine with an energy meter: a processor package, or its memory.

    Attributes:
        zone: `package-0`, `package-0/dram`.
        joules: since it was first read; only grows.
    """

    zone: str
    joules: float


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """All meters at one moment.

    Attributes:
        at: epoch seconds.
    """

    at: float
    gpus: tuple[Gpu, ...] = ()
    zones: tuple[Zone, ...] = ()


_GAUGES = (
    ("busy", "sereno_gpu_utilization_ratio"),
    ("memory_used", "sereno_gpu_memory_used_bytes"),
    ("memory_total", "sereno_gpu_memory_total_bytes"),
    ("celsius", "sereno_gpu_temperature_celsius"),
    ("watts", "sereno_gpu_power_watts"),
    ("limit_watts", "sereno_gpu_power_limit_watts"),
    ("joules", "sereno_gpu_energy_joules_total"),
    ("xids", "sereno_gpu_xid_errors_total"),
    ("last_xid", "sereno_gpu_last_xid"),
)


def figures(reading: Reading) -> dict[tuple[str, Labels], float]:
    """The metrics of a reading."""
    out: dict[tuple[str, Labels], float] = {}
    for gpu in reading.gpus:
        out["sereno_gpu_info", (gpu.gpu, gpu.vendor, gpu.uuid, gpu.name, gpu.driver)] = 1.0
        out["sereno_gpu_up", (gpu.gpu,)] = float(gpu.up)
        out.update(_known((name, gpu.gpu, getattr(gpu, field)) for field, name in _GAUGES))
    out.update((("sereno_cpu_energy_joules_total", (zone.zone,)), zone.joules) for zone in reading.zones)
    return out


def _known(values: Iterable[tuple[str, str, float | None]]) -> dict[tuple[str, Labels], float]:
    return {(name, (label,)): float(value) for name, label, value in values if value is not None}

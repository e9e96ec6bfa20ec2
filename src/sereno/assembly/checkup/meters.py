"""Meters of power: what the energy of calls would be measured by."""

from __future__ import annotations

from collections.abc import Iterator

from sereno.assembly.checkup.finding import Finding
from sereno.assembly.energy import local_upstreams
from sereno.collectors.find import Found, find
from sereno.config import Settings
from sereno.metrics.hardware import Reading
from sereno.metrics.power import meters as sources


def meters(settings: Settings) -> Iterator[Finding]:
    """GPUs and processor meters, and whether calls get their energy."""
    if settings.energy.meters == "off":
        yield Finding("energy", "ok", "not measured: energy.meters is off")
        return
    found = find()
    try:
        yield from told(found, remote=not local_upstreams(settings))
    finally:
        for collector in found.collectors:
            collector.close()


def told(found: Found, *, remote: bool) -> Iterator[Finding]:
    """What was found.

    Args:
        found: the meters of this machine, still open.
        remote: whether no model server runs on this machine.
    """
    parts = [collector.read() for collector in found.collectors]
    reading = Reading(
        at=0.0, gpus=tuple(g for p in parts for g in p.gpus), zones=tuple(z for p in parts for z in p.zones)
    )
    for gpu in reading.gpus:
        shown = f"GPU {gpu.gpu}: {gpu.name}"
        if not gpu.up:
            yield Finding("gpu", "warn", f"{shown} does not answer", "look at the kernel's log; a reset may help")
        elif gpu.watts is None and gpu.joules is None:
            yield Finding("gpu", "warn", f"{shown} tells no power", "calls have no energy from it")
        else:
            drawn = "counts its energy" if gpu.watts is None else f"draws {gpu.watts:.0f} W"
            yield Finding("gpu", "ok", f"{shown}, {drawn}")
    if found.zones:
        yield Finding("processor power", "ok", ", ".join(found.zones))
    elif found.unreadable:
        yield Finding(
            "processor power",
            "ok",
            f"{', '.join(found.unreadable)}: only root may read its meter",
            "to have it: chmod a+r /sys/class/powercap/intel-rapl:*/energy_uj (it lets every user measure the others)",
        )
    if not sources(reading):
        yield Finding("energy", "ok", "no meter of power here: calls have no energy")
    elif remote:
        yield Finding(
            "energy",
            "ok",
            "there are meters, but every model server has another machine's address",
            "name those that run here in energy.upstreams",
        )

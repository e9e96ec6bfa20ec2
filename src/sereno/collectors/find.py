"""Which meters this machine has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sereno.collectors.amd import Amd
from sereno.collectors.collector import Collector
from sereno.collectors.nvml import Nvml
from sereno.collectors.rapl import Rapl, zones
from sereno.metrics.hardware import Gpu

SYS = Path("/sys")


class Found(NamedTuple):
    """What was found.

    Attributes:
        collectors: what reads the meters; empty where there are none.
        gpus: names of the GPUs.
        zones: names of the processor meters that may be read. unreadable: those that may not.
        nvml: why NVML answers nothing, None where it does.
    """

    collectors: tuple[Collector, ...]
    gpus: tuple[Gpu, ...]
    zones: tuple[str, ...]
    unreadable: tuple[str, ...]
    nvml: str | None


def find(sys: Path = SYS, load_nvml: Callable[[], Any] | None = None) -> Found:
    """Look for GPUs and processor meters.

    Args:
        sys: where sysfs is mounted.
        load_nvml: imports the module `pynvml`.
    """
    collectors: list[Collector] = []
    gpus: tuple[Gpu, ...] = ()
    nvidia, why = _nvml(load_nvml or _pynvml)
    if nvidia is not None:
        collectors.append(nvidia)
        gpus += nvidia.found
    amd, rapl = Amd(sys), Rapl(sys)
    if amd.found:
        collectors.append(amd)
        gpus += amd.found
    if rapl.found:
        collectors.append(rapl)
    unreadable = tuple(name for name, _ in zones(sys) if name not in rapl.found)
    return Found(tuple(collectors), gpus, rapl.found, unreadable, why)


def _pynvml() -> Any:
    import pynvml  # type: ignore[import-untyped]  # noqa: PLC0415  its ctypes structures take 0.1 s

    return pynvml


def _nvml(load: Callable[[], Any]) -> tuple[Nvml | None, str | None]:
    try:
        nvml = load()
    except ImportError as error:
        return None, str(error)
    try:
        found = Nvml(nvml)
    except nvml.NVMLError as error:
        return None, str(error)
    if not found.found:
        found.close()
        return None, "the driver is there, but no GPU"
    return found, None

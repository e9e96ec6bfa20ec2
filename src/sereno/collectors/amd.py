"""AMD's GPUs by what their driver writes to sysfs (Linux, Documentation/gpu/amdgpu/thermal.rst, driver-misc.rst).

Needs no ROCm and no rights. Powers are microwatts, temperatures thousandths of a degree. Older kernels tell the mean
power (`power1_average`), newer ones for some chips the momentary one (`power1_input`). A chip that tells the voltage of
its northbridge (`in1_input`) is part of a processor.
"""

from __future__ import annotations

import re
from pathlib import Path

from sereno.collectors.collector import Part
from sereno.collectors.sysfs import number, text
from sereno.metrics.hardware import Gpu

DRM = Path("class/drm")
VENDOR = "0x1002"
_CARD = re.compile(r"card\d+")


class Amd:
    """The AMD GPUs of this machine, as found at the start.

    Args:
        sys: where sysfs is mounted.
    """

    def __init__(self, sys: Path) -> None:
        self._cards = {card.name: _named(card) for card in _cards(sys)}
        self._folder = sys / DRM

    @property
    def found(self) -> tuple[Gpu, ...]:
        """What they are called."""
        return tuple(self._cards.values())

    def read(self) -> Part:
        """All of them now; one that is gone is down."""
        return Part(gpus=tuple(_read(self._folder / name / "device", gpu) for name, gpu in self._cards.items()))

    def close(self) -> None:
        """Nothing is held."""


def _cards(sys: Path) -> list[Path]:
    """Folders of AMD's cards; connectors (`card0-DP-1`) are none."""
    try:
        found = [card for card in (sys / DRM).iterdir() if _CARD.fullmatch(card.name)]
    except OSError:
        return []
    cards = [card for card in found if text(card / "device" / "vendor") == VENDOR]
    return sorted(cards, key=lambda card: int(card.name.removeprefix("card")))


def _named(card: Path) -> Gpu:
    device = card / "device"
    address = device.resolve().name  # PCI address, where the kernel gives no serial number
    return Gpu(
        gpu=card.name,
        vendor="amd",
        uuid=text(device / "unique_id") or address,
        name=text(device / "product_name") or f"AMD {text(device / 'device') or 'GPU'}",
        in_package=(_monitor(device) / "in1_input").exists(),
    )


def _monitor(device: Path) -> Path:
    """The hwmon folder; its number changes between starts."""
    try:
        return min((device / "hwmon").iterdir(), default=device / "hwmon")
    except OSError:
        return device / "hwmon"


def _read(device: Path, gpu: Gpu) -> Gpu:
    if text(device / "vendor") is None:
        return Gpu(gpu=gpu.gpu, vendor=gpu.vendor, uuid=gpu.uuid, name=gpu.name, up=False, in_package=gpu.in_package)
    monitor = _monitor(device)
    watts = number(monitor / "power1_average", 1e-6)
    return Gpu(
        gpu=gpu.gpu,
        vendor=gpu.vendor,
        uuid=gpu.uuid,
        name=gpu.name,
        in_package=gpu.in_package,
        busy=number(device / "gpu_busy_percent", 0.01),
        memory_used=number(device / "mem_info_vram_used"),
        memory_total=number(device / "mem_info_vram_total"),
        celsius=_hottest(monitor),
        watts=number(monitor / "power1_input", 1e-6) if watts is None else watts,
        limit_watts=number(monitor / "power1_cap", 1e-6),
    )


def _hottest(monitor: Path) -> float | None:
    """Of edge, junction and memory, whichever it tells."""
    known = [celsius for n in (1, 2, 3) if (celsius := number(monitor / f"temp{n}_input", 0.001)) is not None]
    return max(known, default=None)

"""Processor packages by RAPL, from the kernel's powercap tree (Linux, Documentation/power/powercap/powercap.rst).

`intel-rapl:N` is a package (also on AMD processors), `intel-rapl:N:M` a part of it. Only a part named `dram` is outside
of what the package counts. `psys` counts the packages again, `intel-rapl-mmio` too. `energy_uj` counts microjoules and
begins anew after `max_energy_range_uj`. Since Linux 5.10 only root may read it (CVE-2020-8694).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sereno.collectors.collector import Part
from sereno.collectors.sysfs import number, text
from sereno.metrics.hardware import Zone

POWERCAP = Path("class/powercap")
_PACKAGE = re.compile(r"intel-rapl:\d+")
_PART = re.compile(r"intel-rapl:\d+:\d+")
_MICRO = 1e-6


class Rapl:
    """Energy of the packages whose counters may be read.

    Args:
        sys: where sysfs is mounted.
    """

    def __init__(self, sys: Path) -> None:
        self._zones = {name: folder for name, folder in zones(sys) if number(folder / "energy_uj") is not None}
        self._last: dict[str, float] = {}
        self._joules = dict.fromkeys(self._zones, 0.0)

    @property
    def found(self) -> tuple[str, ...]:
        """Names of the zones."""
        return tuple(self._zones)

    def read(self) -> Part:
        """Joules since the first reading; a zone that cannot be read now is left out."""
        out = []
        for name, folder in self._zones.items():
            now = number(folder / "energy_uj")
            if now is None:
                self._last.pop(name, None)  # how often it began anew meanwhile is not known
                continue
            drawn = now - self._last.get(name, now)
            if drawn < 0:
                drawn += number(folder / "max_energy_range_uj") or -drawn
            self._last[name] = now
            self._joules[name] += drawn * _MICRO
            out.append(Zone(zone=name, joules=self._joules[name]))
        return Part(zones=tuple(out))

    def close(self) -> None:
        """Nothing is held."""


def zones(sys: Path) -> Iterator[tuple[str, Path]]:
    """(name, folder) of every package and of the memory beside it, readable or not."""
    try:
        folders = sorted((sys / POWERCAP).iterdir())
    except OSError:
        return
    for folder in folders:
        name = text(folder / "name") or ""
        if _PACKAGE.fullmatch(folder.name) and name.startswith("package-"):
            yield name, folder
        elif _PART.fullmatch(folder.name) and name == "dram":
            above = text(sys / POWERCAP / folder.name.rpartition(":")[0] / "name") or ""
            if above.startswith("package-"):
                yield f"{above}/dram", folder

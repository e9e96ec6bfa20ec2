"""What the figures were measured on."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

from benchmarks import rig


def describe() -> dict[str, str]:
    """Processor, cores, memory, system, versions of the programs that take part, load before the run."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"model name\s*:\s*(.+)", info.read_text())
        cpu = found[1].strip() if found else cpu
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu, "cores": str(len(rig.cores())), "memory": f"{pages / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}", "python": platform.python_version(),
        "nginx": version("nginx", "-v"), "wrk": version("wrk", "-v"), "go": version("go", "version"),
        "load": f"{os.getloadavg()[0]:.1f} before",
    }  # fmt: skip


def version(name: str, option: str) -> str:
    """First number of what a program says of itself, "not here" without it."""
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not program:
        return "not here"
    done = subprocess.run([program, option], capture_output=True, text=True, check=False)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"

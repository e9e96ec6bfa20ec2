"""What is written from definitions: 1,000 objectives compiled to rules, alerts and tests; all dashboards built.

Whole commands (`sereno slo compile`, `sereno dashboards build`), start of Python and writing of files included:
processor time (user and system), which what else runs changes little, and wall time. The objectives are the four of the
default spec in turn, 250 services with four each.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks import rig

SPEC = rig.ROOT / "deploy" / "slo" / "llm.yaml"
SERVICES = 250


def written(folder: Path) -> list[Path]:
    """A spec a service, with the shipped objectives."""
    document = yaml.safe_load(SPEC.read_text("utf-8"))
    paths = []
    for number in range(SERVICES):
        path = folder / f"service-{number}.yaml"
        path.write_text(yaml.safe_dump({**document, "service": f"service-{number}"}, sort_keys=False), "utf-8")
        paths.append(path)
    return paths


def timed(*arguments: object) -> tuple[float, float]:
    """Seconds of processor and of the clock that a whole command took."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "sereno", *map(str, arguments)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, wall


def spreads(name: str, times: list[tuple[float, float]]) -> dict[str, dict[str, float]]:
    return {f"{name}_cpu_seconds": rig.spread([cpu for cpu, _ in times]),
            f"{name}_seconds": rig.spread([wall for _, wall in times])}  # fmt: skip


def run(quick: bool) -> dict[str, Any]:
    rounds = 2 if quick else 5
    with rig.scratch() as folder:
        specs = written(folder)
        timed("dashboards", "build", "-o", folder / "first")
        compiled = [timed("slo", "compile", *specs, "-o", folder / f"slo-{n}") for n in range(rounds)]
        built = [timed("dashboards", "build", "-o", folder / f"grafana-{n}") for n in range(rounds)]
        files = sum(path.is_file() for path in (folder / "slo-0").rglob("*"))
        objectives = len(list((folder / "slo-0").glob("prometheus/tests/*.yaml")))
        dashboards = len(list((folder / "grafana-0").glob("dashboards/*/*.json")))
    return {
        "rounds": rounds,
        "objectives": objectives,
        "files": files,
        "dashboards": dashboards,
        **spreads("compile", compiled),
        **spreads("build", built),
    }

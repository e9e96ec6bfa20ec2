"""How long a reader waits for an explanation: first fact and first word over HTTP from a keeper of its own process.

    python -m benchmarks explain_first

Charts of 1 and of 20 series of 1,000 points, a level shift, a season and an anomaly in some, are put to `POST
/sereno/api/explain` on a connection of its own, told by templates. *First fact*: from the request's first byte until
the first event `facts` is whole (of 20 series it tells what needs no search; all facts come before the first word);
*first word*: until the first event `text` is. *cold* is the first question that the process answers, once it says that
it is ready; then p50 and p95 of those after it. `cpu` is the keeper's processor time for one question, which other
programs on the machine do not change.
"""

from __future__ import annotations

import json
import os
import socket
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import httpx
import msgspec
import numpy as np

from benchmarks import rig

SHAPES = {"1 x 1,000": (1, 1_000), "20 x 1,000": (20, 1_000)}
FIRST_FACT_MS, FIRST_WORD_MS = 150.0, 200.0
START = 1_790_000_000_000.0
READY_SECONDS = 60.0


def chart(series: int, points: int, seed: int) -> bytes:
    """The request's body: frames as Grafana makes them."""
    rng = np.random.default_rng(seed)
    times = (START + 60_000.0 * np.arange(points)).tolist()
    frames = []
    for number in range(series):
        values = rng.normal(100, 5, points)
        if number % 2:
            values += 20 * np.sin(2 * np.pi * np.arange(points) / 96)
        if number % 3 == 0:
            values[points * 3 // 5 :] += 30
        values[int(rng.integers(points))] += 90
        fields = [
            {"name": "time", "type": "time", "values": times},
            {"name": "value", "type": "number", "unit": "ms", "labels": {"pod": f"p{number}"},
             "values": values.round(3).tolist()},
        ]  # fmt: skip
        frames.append({"name": "latency", "fields": fields})
    return msgspec.json.encode({"frames": frames, "title": "Latency", "model": "template", "analysis": "trends"})


def ask(address: str, body: bytes) -> tuple[float, float, float]:
    """Milliseconds until the facts, the first words, the end."""
    with httpx.Client(timeout=60.0, trust_env=False) as client:
        seen: dict[str, float] = {}
        began = perf_counter()
        with client.stream(
            "POST", f"{address}/sereno/api/explain", content=body, headers={"content-type": "application/json"}
        ) as response:
            if response.status_code != 200:
                raise RuntimeError(f"the keeper answered {response.status_code}: {response.read()[:300]!r}")
            rest = b""
            for piece in response.iter_raw():
                *ended, rest = (rest + piece).split(b"\n\n")
                for event in ended:
                    name = event.split(b"\n", 1)[0].removeprefix(b"event: ").decode()
                    seen.setdefault(name, 1e3 * (perf_counter() - began))
    return seen["facts"], seen["text"], seen["end"]


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile, least."""
    ranked = sorted(values)
    high = ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]
    return {"p50": round(statistics.median(ranked), 1), "p95": round(high, 1), "least": round(ranked[0], 1)}


def cpu_seconds(pid: int) -> float:
    """Processor time of a process so far; 0 where the system has no /proc."""
    path = Path(f"/proc/{pid}/stat")
    if not path.exists():
        return 0.0
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(shape: tuple[int, int], times: int) -> dict[str, Any]:
    """One shape, put to a keeper that has just begun."""
    bodies = [chart(*shape, seed) for seed in range(times + 1)]
    with tempfile.TemporaryDirectory() as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
        free.close()
        command = [sys.executable, "-m", "sereno", "keeper", "--data", folder, "--keeper", listen]
        with rig.process(command) as keeper:
            address = f"http://{listen}"
            _wait(address)
            cold = ask(address, bodies[0])
            before = cpu_seconds(keeper.pid)
            found = [ask(address, body) for body in bodies[1:]]
            spent = cpu_seconds(keeper.pid) - before
    return {
        "cold_ms": {"first_fact": round(cold[0], 1), "first_word": round(cold[1], 1)},
        "first_fact_ms": spread([one[0] for one in found]),
        "first_word_ms": spread([one[1] for one in found]),
        "whole_ms": spread([one[2] for one in found]),
        "cpu_ms": round(1e3 * spent / times, 1),
        "request_bytes": len(bodies[0]),
    }


def _wait(address: str) -> None:
    until = perf_counter() + READY_SECONDS
    while perf_counter() < until:
        try:
            if httpx.get(f"{address}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        sleep(0.05)
    raise RuntimeError(f"no keeper is ready at {address} after {READY_SECONDS:g} s")


def run(quick: bool) -> dict[str, Any]:
    """Both shapes; fewer questions when quick."""
    return {
        "target_ms": {"first_fact": FIRST_FACT_MS, "first_word": FIRST_WORD_MS},
        "load_average": round(os.getloadavg()[0], 1),
        **{name: measured(shape, 10 if quick else 60) for name, shape in SHAPES.items()},
    }


if __name__ == "__main__":
    print(json.dumps(run("--quick" in sys.argv), indent=1))

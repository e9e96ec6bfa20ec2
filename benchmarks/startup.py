"""From the command line to the first answer: `sereno gateway` to its first byte, `sereno --help` to its end.

Wall time of whole processes, files in the page cache after one run that does not count.
"""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from typing import Any

from benchmarks import rig


def first_byte(backend: int) -> float:
    with rig.scratch() as folder:
        port = rig.free_port()
        command = [
            sys.executable,
            "-m",
            "sereno",
            "gateway",
            "--listen",
            f"127.0.0.1:{port}",
            "--data",
            str(folder / "data"),
        ]
        start = time.perf_counter()
        with rig.process([*command, "--upstream", f"http://127.0.0.1:{backend}", "--log-level", "error"]):
            while True:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                        answer.read()
                    return time.perf_counter() - start
                except OSError:
                    time.sleep(0.002)


def helped() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sereno", "--help"], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def run(quick: bool) -> dict[str, Any]:
    rounds = 3 if quick else 10
    with rig.nginx_backend() as backend:
        first_byte(backend)
        starts = [first_byte(backend) for _ in range(rounds)]
    helped()
    return {
        "rounds": rounds,
        "gateway_seconds": rig.spread(starts),
        "help_seconds": rig.spread([helped() for _ in range(rounds)]),
    }

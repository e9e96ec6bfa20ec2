"""The exporter shows the meters of its machine, and no old ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from sereno.exporter.poller import Exporter
from sereno.metrics.hardware import Gpu, Reading

GPU = Gpu(gpu="0", vendor="nvidia", uuid="GPU-1", name="T4", watts=70.0)
SHOWN = b'sereno_gpu_power_watts{gpu="0"} 70.0'


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_meters_are_shown_while_they_answer() -> None:
    failing, hung = Event(), Event()

    def read(at: float) -> Reading:
        if failing.is_set():
            hung.set()
            raise OSError("bus error")
        return Reading(at=at, gpus=(GPU,))

    exporter = Exporter([], 0.05, read)
    exporter.start()
    until(lambda: SHOWN in exporter.exposition("")[0])
    failing.set()
    assert hung.wait(30)
    until(lambda: SHOWN not in exporter.exposition("")[0])  # three polls later
    failing.clear()
    until(lambda: SHOWN in exporter.exposition("")[0])
    exporter.close()


def test_without_meters_there_are_none() -> None:
    assert b"sereno_gpu_power_watts{" not in Exporter([], 15).exposition("")[0]

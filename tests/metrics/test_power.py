"""Readings to energy, and to metrics."""

from __future__ import annotations

from typing import Any

import pytest

from sereno.conventions import METRIC
from sereno.metrics.hardware import Gpu, Reading, Zone, figures
from sereno.metrics.power import LONGEST, stretch


def gpu(**values: Any) -> Gpu:
    return Gpu(**{"gpu": "0", "vendor": "nvidia", "uuid": "GPU-1", "name": "H100", **values})


def package(joules: float, name: str = "package-0") -> Zone:
    return Zone(zone=name, joules=joules)


def drawn(before: dict[str, Any], after: dict[str, Any], seconds: float = 2.0) -> float | None:
    return stretch(Reading(at=100.0, **before), Reading(at=100.0 + seconds, **after)).joules


@pytest.mark.parametrize(
    ("before", "after", "joules"),
    [
        # A counter is exact, whatever the power says at both ends.
        ({"joules": 1000.0, "watts": 50.0}, {"joules": 1900.0, "watts": 50.0}, 900.0),
        # Power alone: the mean of both, times two seconds.
        ({"watts": 50.0}, {"watts": 350.0}, 400.0),
        # The driver was loaded anew: its counter began at 0, the power still tells.
        ({"joules": 9000.0, "watts": 100.0}, {"joules": 3.0, "watts": 100.0}, 200.0),
        ({"joules": 9000.0}, {"joules": 3.0}, None),
        ({"watts": 50.0}, {"up": False}, None),
        ({}, {}, None),
    ],
)
def test_what_a_gpu_drew(before: dict[str, Any], after: dict[str, Any], joules: float | None) -> None:
    assert drawn({"gpus": (gpu(**before),)}, {"gpus": (gpu(**after),)}) == joules


def test_sources_add_up_and_one_that_is_gone_is_left_out() -> None:
    second = {"gpu": "1", "uuid": "GPU-2"}
    both = (gpu(watts=100.0), gpu(watts=60.0, **second))
    assert drawn({"gpus": both, "zones": (package(10.0),)}, {"gpus": both, "zones": (package(40.0),)}) == 350.0
    lost = (gpu(watts=100.0), gpu(up=False, **second))
    assert drawn({"gpus": both, "zones": (package(10.0),)}, {"gpus": lost, "zones": (package(40.0),)}) == 230.0


def test_a_gpu_inside_a_processor_is_counted_once() -> None:
    inside = (gpu(watts=20.0, in_package=True),)
    assert drawn({"gpus": inside, "zones": (package(0.0),)}, {"gpus": inside, "zones": (package(90.0),)}) == 90.0
    assert drawn({"gpus": inside}, {"gpus": inside}) == 40.0


@pytest.mark.parametrize("seconds", [0.0, -5.0, LONGEST + 1])
def test_a_clock_that_was_set_and_a_long_sleep_say_nothing(seconds: float) -> None:
    here = {"gpus": (gpu(watts=100.0),)}
    assert drawn(here, here, seconds) is None


def test_the_metrics_of_a_reading_hold_what_is_known_only() -> None:
    full = gpu(
        driver="580.65.06", busy=0.5, memory_used=2.0**30, memory_total=2.0**34, celsius=61.0, watts=250.0,
        limit_watts=700.0, joules=1234.5, xids=2, last_xid=79,
    )  # fmt: skip
    bare = Gpu(gpu="card1", vendor="amd", uuid="0000:03:00.0", name="AMD 0x7448", up=False)
    found = figures(Reading(at=0.0, gpus=(full, bare), zones=(package(7.25),)))
    assert found == {
        ("sereno_gpu_info", ("0", "nvidia", "GPU-1", "H100", "580.65.06")): 1.0,
        ("sereno_gpu_up", ("0",)): 1.0,
        ("sereno_gpu_utilization_ratio", ("0",)): 0.5,
        ("sereno_gpu_memory_used_bytes", ("0",)): 2.0**30,
        ("sereno_gpu_memory_total_bytes", ("0",)): 2.0**34,
        ("sereno_gpu_temperature_celsius", ("0",)): 61.0,
        ("sereno_gpu_power_watts", ("0",)): 250.0,
        ("sereno_gpu_power_limit_watts", ("0",)): 700.0,
        ("sereno_gpu_energy_joules_total", ("0",)): 1234.5,
        ("sereno_gpu_xid_errors_total", ("0",)): 2.0,
        ("sereno_gpu_last_xid", ("0",)): 79.0,
        ("sereno_gpu_info", ("card1", "amd", "0000:03:00.0", "AMD 0x7448", "")): 1.0,
        ("sereno_gpu_up", ("card1",)): 0.0,
        ("sereno_cpu_energy_joules_total", ("package-0",)): 7.25,
    }
    assert all(len(labels) == len(METRIC[name].labels) for name, labels in found)

"""NVIDIA's GPUs, on a double of their library: no such GPU is where the tests run."""

from __future__ import annotations

import pynvml  # type: ignore[import-untyped]
import pytest

from collectors.nvml_double import FUNCTION_NOT_FOUND, GPU_IS_LOST, NOT_SUPPORTED, NvmlDouble, NvmlError
from sereno.collectors.nvml import AGAIN_READS, Nvml
from sereno.metrics.hardware import Gpu


def test_a_gpu_tells_everything_in_base_units() -> None:
    (gpu,) = Nvml(NvmlDouble({})).read().gpus
    assert gpu == Gpu(
        gpu="0", vendor="nvidia", uuid="GPU-0", name="NVIDIA H100 80GB HBM3", driver="580.65.06", busy=0.42,
        memory_used=20.0 * 2**30, memory_total=80.0 * 2**30, celsius=55.0, watts=312.5, limit_watts=700.0,
        joules=9000.0, xids=0, last_xid=0,
    )  # fmt: skip


def test_what_is_not_supported_is_absent_and_asked_once() -> None:
    nvml = NvmlDouble(
        {"TotalEnergyConsumption": NvmlError(NOT_SUPPORTED), "UtilizationRates": NvmlError(FUNCTION_NOT_FOUND)}
    )
    found = Nvml(nvml)
    for _ in range(3):
        (gpu,) = found.read().gpus
        assert (gpu.joules, gpu.busy, gpu.watts, gpu.up) == (None, None, 312.5, True)
    assert nvml.asked.count("TotalEnergyConsumption") == nvml.asked.count("UtilizationRates") == 1


def test_a_lost_gpu_is_down_the_others_go_on_and_it_is_looked_for_again() -> None:
    nvml = NvmlDouble({}, {})
    found = Nvml(nvml)
    healthy = dict(nvml.gpus[0])
    nvml.gpus[0] |= {
        name: NvmlError(GPU_IS_LOST)
        for name in ("UtilizationRates", "MemoryInfo", "Temperature", "PowerUsage", "EnforcedPowerLimit",
                     "TotalEnergyConsumption")
    }  # fmt: skip
    lost, fine = found.read().gpus
    assert (lost.up, lost.watts, lost.xids, lost.uuid) == (False, None, None, "GPU-0")
    assert (fine.up, fine.watts) == (True, 312.5)
    nvml.gpus[0] = healthy
    nvml.running = 0  # its driver was loaded anew: handles are worth nothing
    assert [gpu.up for gpu in found.read().gpus] == [False, False]
    for _ in range(AGAIN_READS):
        found.read()
    assert [gpu.up for gpu in found.read().gpus] == [True, True]
    assert nvml.running == 1


def test_faults_are_counted_by_gpu_and_the_last_is_named() -> None:
    nvml = NvmlDouble({}, {})
    found = Nvml(nvml)
    nvml.faults.extend([(1, 31), (1, 79)])
    first, second = found.read().gpus
    assert ((first.xids, first.last_xid), (second.xids, second.last_xid)) == ((0, 0), (2, 79))
    nvml.faults.append((0, 48))
    first, second = found.read().gpus
    assert ((first.xids, first.last_xid), (second.xids, second.last_xid)) == ((1, 48), (2, 79))


def test_a_gpu_that_tells_no_faults_has_no_count_of_them() -> None:
    nvml = NvmlDouble({"SupportedEventTypes": 0})
    (gpu,) = Nvml(nvml).read().gpus
    assert (gpu.xids, gpu.last_xid, nvml.registered) == (None, None, [])


def test_names_may_be_bytes() -> None:
    (gpu,) = Nvml(NvmlDouble({"Name": b"Tesla T4", "UUID": b"GPU-9"})).read().gpus
    assert (gpu.name, gpu.uuid) == ("Tesla T4", "GPU-9")


def test_it_lets_the_library_go() -> None:
    nvml = NvmlDouble({})
    Nvml(nvml).close()
    assert (nvml.running, nvml.registered) == (0, [])


@pytest.mark.parametrize("name", [name for name in dir(NvmlDouble) if name.startswith("nvml")])
def test_the_double_has_the_functions_of_the_real_module(name: str) -> None:
    assert hasattr(pynvml, name)


@pytest.mark.parametrize("what", [name for name in NvmlDouble({}).gpus[0] if name != "SupportedEventTypes"])
def test_the_double_answers_what_the_real_module_is_asked(what: str) -> None:
    assert callable(getattr(pynvml, f"nvmlDeviceGet{what}"))


def test_the_codes_of_the_double_are_those_of_the_real_module() -> None:
    assert pynvml.NVML_ERROR_NOT_SUPPORTED == NvmlDouble.NVML_ERROR_NOT_SUPPORTED
    assert pynvml.NVML_ERROR_FUNCTION_NOT_FOUND == NvmlDouble.NVML_ERROR_FUNCTION_NOT_FOUND
    assert pynvml.nvmlEventTypeXidCriticalError == NvmlDouble.nvmlEventTypeXidCriticalError
    assert pynvml.NVML_TEMPERATURE_GPU == NvmlDouble.NVML_TEMPERATURE_GPU
    assert pynvml.NVMLError(GPU_IS_LOST).value == GPU_IS_LOST

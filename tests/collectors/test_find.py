"""What a machine has is found; what it has not is absent."""

from __future__ import annotations

from pathlib import Path

from collectors.nvml_double import LIBRARY_NOT_FOUND, NvmlDouble, NvmlError
from collectors.test_amd import card
from collectors.test_rapl import zone
from sereno.collectors.collector import reading
from sereno.collectors.find import find
from sereno.metrics.hardware import figures


def test_a_machine_with_nothing_has_no_collectors_and_no_figures(tmp_path: Path) -> None:
    found = find(tmp_path, lambda: NvmlDouble(init=NvmlError(LIBRARY_NOT_FOUND)))
    assert (found.collectors, found.gpus, found.zones, found.unreadable) == ((), (), (), ())
    assert found.nvml == "NVML error 12"
    assert figures(reading(found.collectors, 0.0)) == {}


def test_everything_that_is_there_is_read_together(tmp_path: Path) -> None:
    card(tmp_path, "card1", gpu_busy_percent="5")
    zone(tmp_path, "intel-rapl:0", "package-0", 5)
    zone(tmp_path, "intel-rapl:1", "package-1", None)
    found = find(tmp_path, lambda: NvmlDouble({}))
    assert [gpu.gpu for gpu in found.gpus] == ["0", "card1"]
    assert (found.zones, found.unreadable, found.nvml) == (("package-0",), ("package-1",), None)
    now = reading(found.collectors, 12.5)
    assert (now.at, [gpu.vendor for gpu in now.gpus], [z.zone for z in now.zones]) == (
        12.5, ["nvidia", "amd"], ["package-0"],
    )  # fmt: skip


def test_a_driver_without_gpus_is_let_go(tmp_path: Path) -> None:
    nvml = NvmlDouble()
    found = find(tmp_path, lambda: nvml)
    assert (found.collectors, found.nvml, nvml.running) == ((), "the driver is there, but no GPU", 0)


def test_without_the_module_there_is_no_nvml(tmp_path: Path) -> None:
    def missing() -> None:
        raise ModuleNotFoundError("No module named 'pynvml'", name="pynvml")

    assert find(tmp_path, missing).nvml == "No module named 'pynvml'"

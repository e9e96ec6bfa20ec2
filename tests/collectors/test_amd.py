"""AMD's GPUs, on trees laid out as the kernel's amdgpu documentation shows them."""

from __future__ import annotations

import shutil
from pathlib import Path

from sereno.collectors.amd import Amd
from sereno.metrics.hardware import Gpu


def card(sys: Path, name: str, vendor: str = "0x1002", **files: str) -> Path:
    """`/sys/class/drm/NAME`, whose `device` is a link to the PCI device; `__` in a name stands for `/`."""
    address = f"0000:0{name[-1]}:00.0"
    device = sys / "devices" / address
    (device / "hwmon" / "hwmon3").mkdir(parents=True)
    (device / "vendor").write_text(f"{vendor}\n")
    for path, text in files.items():
        (device / path.replace("__", "/")).write_text(f"{text}\n")
    folder = sys / "class" / "drm" / name
    folder.mkdir(parents=True)
    (folder / "device").symlink_to(device)
    return device


MONITOR = "hwmon__hwmon3__"


def test_a_card_tells_everything_in_base_units(tmp_path: Path) -> None:
    card(
        tmp_path, "card1", device="0x744c", unique_id="5cf0d1e2a3b4c5d6", product_name="Radeon RX 7900 XTX",
        gpu_busy_percent="37", mem_info_vram_used="12884901888", mem_info_vram_total="25753026560",
        **{
            f"{MONITOR}power1_average": "213000000", f"{MONITOR}power1_cap": "339000000",
            f"{MONITOR}temp1_input": "52000", f"{MONITOR}temp2_input": "71500", f"{MONITOR}temp3_input": "68000",
        },
    )  # fmt: skip
    (tmp_path / "class" / "drm" / "card1-DP-1").mkdir()  # a connector
    (tmp_path / "class" / "drm" / "renderD128").mkdir()
    (gpu,) = Amd(tmp_path).read().gpus
    assert gpu == Gpu(
        gpu="card1", vendor="amd", uuid="5cf0d1e2a3b4c5d6", name="Radeon RX 7900 XTX", busy=0.37,
        memory_used=12_884_901_888.0, memory_total=25_753_026_560.0, celsius=71.5, watts=213.0, limit_watts=339.0,
    )  # fmt: skip


def test_what_a_card_does_not_tell_is_absent(tmp_path: Path) -> None:
    card(tmp_path, "card0", device="0x1586", gpu_busy_percent="broken", **{f"{MONITOR}power1_input": "9500000"})
    (gpu,) = Amd(tmp_path).read().gpus
    assert gpu == Gpu(gpu="card0", vendor="amd", uuid="0000:00:00.0", name="AMD 0x1586", watts=9.5)


def test_one_that_tells_its_northbridge_is_inside_a_processor(tmp_path: Path) -> None:
    card(tmp_path, "card0", **{f"{MONITOR}in1_input": "1200", f"{MONITOR}power1_average": "9000000"})
    assert Amd(tmp_path).read().gpus[0].in_package


def test_cards_of_others_are_left_alone(tmp_path: Path) -> None:
    card(tmp_path, "card0", vendor="0x10de")
    card(tmp_path, "card2")
    card(tmp_path, "card11", gpu_busy_percent="1")
    assert [gpu.gpu for gpu in Amd(tmp_path).found] == ["card2", "card11"]
    assert Amd(tmp_path / "nowhere").found == ()


def test_a_card_that_goes_in_mid_run_is_down_and_comes_back(tmp_path: Path) -> None:
    device = card(tmp_path, "card1", gpu_busy_percent="5")
    amd = Amd(tmp_path)
    away = tmp_path / "away"
    shutil.move(device, away)
    (gone,) = amd.read().gpus
    assert (gone.up, gone.busy, gone.uuid) == (False, None, "0000:01:00.0")
    shutil.move(away, device)
    (back,) = amd.read().gpus
    assert (back.up, back.busy) == (True, 0.05)

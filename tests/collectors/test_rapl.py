"""Processor packages, on trees laid out as the kernel's powercap documentation shows them."""

from __future__ import annotations

from pathlib import Path

from sereno.collectors.rapl import Rapl, zones
from sereno.metrics.hardware import Zone

RANGE = 262_143_328_850
"""`max_energy_range_uj` in the kernel's example."""


def zone(sys: Path, folder: str, name: str, microjoules: int | None) -> Path:
    path = sys / "class" / "powercap" / folder
    path.mkdir(parents=True)
    (path / "name").write_text(f"{name}\n")
    (path / "max_energy_range_uj").write_text(f"{RANGE}\n")
    if microjoules is not None:
        (path / "energy_uj").write_text(f"{microjoules}\n")
    return path


def test_packages_and_their_memory_are_counted_and_nothing_twice(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 5_000_000)
    zone(tmp_path, "intel-rapl:0:0", "core", 3_000_000)  # part of the package
    zone(tmp_path, "intel-rapl:0:1", "dram", 2_000_000)  # beside it
    zone(tmp_path, "intel-rapl:1", "psys", 9_000_000)  # the whole platform, packages included
    zone(tmp_path, "intel-rapl-mmio:0", "package-0", 5_000_000)  # the same package by another way
    (tmp_path / "class" / "powercap" / "dtpm").mkdir()
    rapl = Rapl(tmp_path)
    assert rapl.found == ("package-0", "package-0/dram")
    rapl.read()
    for folder, microjoules in (("intel-rapl:0", 7_500_000), ("intel-rapl:0:1", 2_250_000)):
        (tmp_path / "class" / "powercap" / folder / "energy_uj").write_text(f"{microjoules}\n")
    assert rapl.read().zones == (Zone(zone="package-0", joules=2.5), Zone(zone="package-0/dram", joules=0.25))


def test_a_counter_that_began_anew_goes_on(tmp_path: Path) -> None:
    meter = zone(tmp_path, "intel-rapl:0", "package-0", RANGE - 1_000_000) / "energy_uj"
    rapl = Rapl(tmp_path)
    assert rapl.read().zones[0].joules == 0.0
    meter.write_text("4000000\n")
    assert rapl.read().zones[0].joules == 5.0


def test_a_meter_that_cannot_be_read_for_a_while_loses_that_time_only(tmp_path: Path) -> None:
    meter = zone(tmp_path, "intel-rapl:0", "package-0", 1_000_000) / "energy_uj"
    rapl = Rapl(tmp_path)
    rapl.read()
    for broken in ("", "nonsense", "-5"):
        meter.write_text(broken)
        assert rapl.read().zones == ()
    meter.write_text("90000000")
    assert rapl.read().zones[0].joules == 0.0
    meter.write_text("91500000")
    assert rapl.read().zones[0].joules == 1.5


def test_meters_that_only_root_may_read_are_named_but_not_read(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", None)  # like EACCES: no number comes
    assert Rapl(tmp_path).found == ()
    assert [name for name, _ in zones(tmp_path)] == ["package-0"]


def test_a_machine_without_powercap_has_no_meters(tmp_path: Path) -> None:
    assert Rapl(tmp_path).found == ()
    assert Rapl(tmp_path).read().zones == ()

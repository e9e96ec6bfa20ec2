"""From settings to meters: which model servers run here, what `sereno doctor` says of the meters."""

from __future__ import annotations

from pathlib import Path

import pytest

from collectors.nvml_double import GPU_IS_LOST, LIBRARY_NOT_FOUND, NOT_SUPPORTED, NvmlDouble, NvmlError
from collectors.test_rapl import zone
from sereno.assembly.checkup.finding import Finding
from sereno.assembly.checkup.meters import told
from sereno.assembly.energy import energy_of, local_upstreams
from sereno.collectors.find import find
from sereno.config import Settings, load
from sereno.errors import ConfigError


def settings(tmp_path: Path, **given: str) -> Settings:
    options = [("--set", f"{name.replace('__', '.')}={value}") for name, value in given.items()]
    return load(environ={}, cwd=tmp_path, home=tmp_path, options=options).settings


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:11435", True),
        ("http://localhost:11435", True),
        ("http://[::1]:11435", True),
        ("http://ollama:11434", False),
        ("http://10.0.0.5:11434", False),
        ("https://api.openai.com", False),
    ],
)
def test_a_server_with_a_loopback_address_runs_here(tmp_path: Path, url: str, here: bool) -> None:
    made = settings(tmp_path, upstreams__box__url=url)
    assert ("box" in local_upstreams(made)) == here
    assert (energy_of(made) is not None) == here
    named = settings(tmp_path, upstreams__box__url=url, energy__upstreams="box")
    assert local_upstreams(named) == {"box"}


def test_it_can_be_turned_off(tmp_path: Path) -> None:
    assert energy_of(settings(tmp_path, energy__meters="off")) is None


def test_a_server_that_is_not_configured_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"energy\.upstreams is gpu; 'gpu' is none of the configured .*\(default\)"):
        energy_of(settings(tmp_path, energy__upstreams="gpu"))


def test_the_doctor_says_what_there_is(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", 5)
    zone(tmp_path, "intel-rapl:1", "package-1", None)
    found = find(tmp_path, lambda: NvmlDouble({}, {"PowerUsage": NvmlError(NOT_SUPPORTED)}))
    assert list(told(found, remote=False)) == [
        Finding("gpu", "ok", "GPU 0: NVIDIA H100 80GB HBM3, draws 312 W"),
        Finding("gpu", "ok", "GPU 1: NVIDIA H100 80GB HBM3, counts its energy"),
        Finding("processor power", "ok", "package-0"),
    ]
    assert [finding.name for finding in told(found, remote=True)][-1] == "energy"


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    dead = dict.fromkeys(
        ("UtilizationRates", "MemoryInfo", "Temperature", "PowerUsage", "EnforcedPowerLimit", "TotalEnergyConsumption"),
        NvmlError(GPU_IS_LOST),
    )
    mute = {name: NvmlError(NOT_SUPPORTED) for name in ("PowerUsage", "TotalEnergyConsumption")}
    found = list(told(find(tmp_path, lambda: NvmlDouble(dead, mute)), remote=False))
    assert [(finding.verdict, finding.found) for finding in found] == [
        ("warn", "GPU 0: NVIDIA H100 80GB HBM3 does not answer"),
        ("warn", "GPU 1: NVIDIA H100 80GB HBM3 tells no power"),
        ("ok", "no meter of power here: calls have no energy"),
    ]


def test_the_doctor_says_that_only_root_may_read_a_processor(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", "package-0", None)
    first, _ = told(find(tmp_path, lambda: NvmlDouble(init=NvmlError(LIBRARY_NOT_FOUND))), remote=False)
    assert first.found == "package-0: only root may read its meter"
    assert "chmod" in first.advice

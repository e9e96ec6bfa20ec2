"""Dashboards turn red where alerts begin."""

from __future__ import annotations

import pytest

from sereno.alerts.thresholds import Thresholds
from sereno.assembly.limits import limits_by
from sereno.dashboards.build import built
from sereno.dashboards.limits import Limits
from sereno.dashboards.provisioning import Sources


def test_both_defaults_are_the_same() -> None:
    assert limits_by(Thresholds()) == Limits()
    sources = Sources()
    assert built(limits_by(Thresholds()), sources) == built(Limits(), sources)


@pytest.mark.parametrize(
    ("changed", "name", "value"),
    [
        ({"error_share": 0.02}, "errors_red", 2),
        ({"disk_free_share": 0.25}, "disk_red", 75),
        ({"memory_share": 0.5}, "memory_red", 50),
        ({"memory_share": 0.5}, "memory_yellow", 50),
        ({"gpu_celsius": 70.0}, "gpu_temperature_red", 70),
    ],
)
def test_a_threshold_moves_its_colour(changed: dict[str, float], name: str, value: float) -> None:
    assert getattr(limits_by(Thresholds(**changed)), name) == pytest.approx(value)  # type: ignore[arg-type]  # floats

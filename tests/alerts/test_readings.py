"""Values read as promtool's own templates write them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.rules import promtool
from sereno.alerts import readings

VALUES: tuple[tuple[str, Callable[[float], str], tuple[float, ...]], ...] = (
    ("humanizePercentage", readings.share, (0.0, 0.05, 0.058333, 1.0, 1.5)),
    (
        "humanizeDuration",
        readings.seconds,
        (0.0, 0.00025, 0.25, 0.9999, 1.0, 5.83333, 59.99, 60.0, 90.5, 7330.0, 90061.0),
    ),
    ("humanize", readings.number, (1.0, 999.0, 1000.0, 12345.6, 148147.2, 1e6, 2.5e9)),
    ("humanize1024", lambda value: readings.bytes_(value).removesuffix("B"), (1.0, 1023.0, 1024.0, 246913578.0, 4e12)),
)


@pytest.mark.parametrize(("function", "ours", "values"), VALUES, ids=[row[0] for row in VALUES])
def test_a_value_reads_as_prometheus_writes_it(
    function: str, ours: Callable[[float], str], values: tuple[float, ...], tmp_path: Path
) -> None:
    rule = {"alert": "A", "expr": "m", "annotations": {"text": f"{{{{ $value | {function} }}}}"}}
    (tmp_path / "rules.yaml").write_text(json.dumps({"groups": [{"name": "g", "rules": [rule]}]}))
    told = [{"exp_labels": {"n": str(n)}, "exp_annotations": {"text": ours(value)}} for n, value in enumerate(values)]
    case = {
        "interval": "1m",
        "input_series": [{"series": f'm{{n="{n}"}}', "values": f"{value!r}"} for n, value in enumerate(values)],
        "alert_rule_test": [{"eval_time": "0m", "alertname": "A", "exp_alerts": told}],
    }
    (tmp_path / "test.yaml").write_text(json.dumps({"rule_files": ["rules.yaml"], "tests": [case]}))
    promtool("test", "rules", tmp_path / "test.yaml")

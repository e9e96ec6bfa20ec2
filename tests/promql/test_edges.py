"""`le` finds its bucket on Prometheus 3; promtool, which is Prometheus 3, says so."""

from __future__ import annotations

import json
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest

from parts.built import built
from sereno.conventions import DURATION_EDGES
from sereno.promql.edges import le_matcher, normalised, seconds_edge


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('m{le="5"}', 'm{le=~"5(\\\\.0)?"}'),
        ("m{le='5'}", 'm{le=~"5(\\\\.0)?"}'),
        ('m{ le = "10" , x="y"}', 'm{ le=~"10(\\\\.0)?" , x="y"}'),
        ('m{le="5.0"}', 'm{le="5.0"}'),
        ('m{le="0.5"}', 'm{le="0.5"}'),
        ('m{le="+Inf"}', 'm{le="+Inf"}'),
        ('m{le=~"5|10"}', 'm{le=~"5|10"}'),
        ('m{idle="5"}', 'm{idle="5"}'),
        ('m{x="le=\\"5\\""} # le="5"', 'm{x="le=\\"5\\""} # le="5"'),
        ('label_replace(m, "x", "le=\'5\'", "", "")', 'label_replace(m, "x", "le=\'5\'", "", "")'),
    ],
)
def test_only_whole_edges_in_conditions_change(text: str, expected: str) -> None:
    assert normalised(text) == expected


@pytest.mark.parametrize("stored", ["5", "5.0"])
def test_the_condition_finds_the_bucket_as_either_prometheus_stores_it(stored: str, tmp_path: Path) -> None:
    case = {
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": f'm{{le="{stored}"}}', "values": "7"},
                    {"series": 'm{le="50"}', "values": "9"},
                    {"series": 'm{le="+Inf"}', "values": "9"},
                ],
                "promql_expr_test": [
                    {
                        "expr": normalised('sum(m{le="5"})'),
                        "eval_time": "0m",
                        "exp_samples": [{"labels": "{}", "value": 7}],
                    }
                ],
            }
        ],
    }
    file = tmp_path / "case.yaml"
    file.write_text(json.dumps(case))
    done = subprocess.run([built("promtool"), "test", "rules", file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_our_edges_are_selected_exactly_as_we_write_them() -> None:
    assert [le_matcher(Decimal(repr(edge)), ours=True) for edge in DURATION_EDGES[3:6]] == [
        'le="0.5"',
        'le="1.0"',
        'le="2.0"',
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("3", ("3.0", "5.0")), ("4", ("3.0", "5.0")), ("0.01", (None, "0.05")), ("601", ("600.0", None))],
)
def test_the_edges_beside_a_value(value: str, expected: tuple[str | None, str | None]) -> None:
    below, above = seconds_edge(Decimal(value), DURATION_EDGES)
    assert (below, above) == tuple(None if text is None else Decimal(text) for text in expected)

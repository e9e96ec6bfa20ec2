"""Odd but lawful objectives: whatever numbers, labels and conditions they hold, promtool accepts and proves them."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from sereno.promql.query import quoted
from slo.specs import promtool, write

ODD = [
    "a b",
    "it's",
    'say "hi"',
    "back\\slash",
    "ünïcode",
    "#1",
    "no",
    "5",
    "{{ braces }}",
    "x: y",
    "",
    "% $value",
    "a\nb",
]
TEMPLATES = [text for text in ODD if "{{" not in text] + ["{{ $value }}", "{{ $labels.sloth_id }}"]
"""What may stand in an annotation: there braces are Prometheus's."""


def spec(number: int, r: random.Random) -> dict[str, Any]:
    """One objective, drawn at random."""
    where = f"model={quoted(r.choice(ODD))},operation=~{quoted(r.choice(['chat|.*', 'x+', '[a-z]+', 'emb.*']))}"
    objective = r.choice(["99.999", "99.9", "97.3", "90", "66.6", "50", "0.1"])
    kinds: list[dict[str, Any]] = [
        {
            "objective": objective,
            "availability": {
                "metric": "llm_requests_total", "where": where, "total": 'status!="aborted"', "bad": 'status=~"e.*"',
            },
        },
        {
            "objective": objective,
            "latency": {
                "histogram": "llm_request_duration_seconds", "where": where,
                "threshold": r.choice(["50ms", "3s", "10m"]),
            },
        },
        {
            "mean": {
                "sum": "llm_cost_usd_total", "count": "llm_requests_total",
                "at_most": r.choice(["0.000001", "1e-3", "3.1415926", "1000000"]),
                "variance": r.choice(["0.1%", "7", "99.9%"]),
            },
        },
    ]  # fmt: skip
    return {
        "name": f"odd-{number}",
        "description": r.choice(ODD),
        "period": r.choice(["28d", "30d", "31d", "90d", "6w"]),
        "labels": {"team": r.choice(ODD)},
        **r.choice(kinds),
        "alerting": {
            "minimum_events": str(r.choice([0, 1, 7, 100000])),
            "no_data": r.choice(["alert", "ignore"]),
            "annotations": {"note": r.choice(TEMPLATES)},
            "page_alert": {"for": r.choice(["0s", "90s", "2m", "1h"])},
        },
    }


def accepted_and_proven(count: int, seed: int, folder: Path) -> None:
    r = random.Random(seed)
    text = json.dumps({"version": "sereno/v1", "service": "odd", "slos": [spec(number, r) for number in range(count)]})
    write(text, folder)
    promtool("check", "rules", "--lint=all", "--lint-fatal", *sorted(folder.glob("prometheus/*.rules.yaml")))
    proofs = sorted(folder.glob("prometheus/tests/*.yaml"))
    assert len(proofs) == count
    quick = "--run=^(silent|told|page fires|page is|ticket fires)"
    promtool("test", "rules", quick, *proofs)


def test_a_few_odd_objectives_are_accepted_and_proven(tmp_path: Path) -> None:
    accepted_and_proven(7, 20261121, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(4))
def test_many_odd_objectives_are_accepted_and_proven(seed: int, tmp_path: Path) -> None:
    accepted_and_proven(40, seed, tmp_path)

"""The axis of values of a figure, as ECharts is told it, run by Node.js."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
BROWSER = ROOT / "src" / "sereno" / "web" / "browser"
ASK = """
import { option } from "%s/option.ts";
import { Format } from "%s/format.ts";
import { readFileSync } from "node:fs";
const look = { format: new Format("en", "UTC"), palette: { tone: () => "" }, width: 600, hidden: new Set() };
const asked = JSON.parse(readFileSync(0, "utf8"));
const axes = asked.map((chart) => {
  const { xAxis, yAxis } = option(chart, look);
  const { formatter } = xAxis.axisLabel;
  return { ...yAxis, names: chart.x.map((name) => (formatter ? formatter(name) : name)) };
});
console.log(JSON.stringify(axes));
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("option")
    (folder / "ask.ts").write_text(ASK % (BROWSER.as_posix(), BROWSER.as_posix()))
    made = folder / "ask.mjs"
    esbuild = BROWSER / "node_modules" / ".bin" / "esbuild"
    command: list[str | Path] = [
        ROOT / "tools" / "node.sh",
        esbuild,
        folder / "ask.ts",
        "--bundle",
        "--format=esm",
        "--platform=node",
    ]
    subprocess.run([*command, f"--outfile={made}", "--log-level=error"], check=True)
    return made


def chart(unit: str, values: list[float | None], *levels: float, kind: str = "lines") -> dict[str, Any]:
    return {
        "kind": kind, "id": "it", "title": "It", "description": "", "unit": unit, "x": ["a", "b", "c"], "notes": [],
        "series": [{"name": "one", "values": values, "tone": "s1"}], "links": [], "empty": "", "tz": "UTC",
        "thresholds": [{"name": "level", "value": value, "tone": "bad"} for value in levels],
    }  # fmt: skip


ALL = (1, 0.25)  # an axis to 100 % in quarters
ITS_OWN = (None, None)  # ECharts' choice
AXES = [
    (chart("ratio", [0.2, 1.0, None]), ALL),
    (chart("ratio", [0.2, 0.9, 0.1], 0.99), ALL),
    (chart("ratio", [0.0, 0.0, None]), ALL),
    (chart("ratio", [0.0, 0.0, 0.0], 0.05), (0.06, 0.02)),
    (chart("ratio", [0.01, 0.04, 0.02], 0.05), (0.06, 0.02)),
    (chart("ratio", [0.2, 0.5, 0.1]), ITS_OWN),
    (chart("ratio", [0.2, 3.5, 0.1]), ITS_OWN),  # a budget burnt three times over
    (chart("seconds", [0.2, 1.0, 0.1]), ITS_OWN),
    (chart("seconds", [1.0, 2.0, 3.0], 5.0), (6, 2)),
    (chart("seconds", [1.0, 2.0, 3.0], 50.0), ITS_OWN),  # a level so far above would press the line flat
]


def axes(program: Path, charts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    done = subprocess.run(
        [ROOT / "tools" / "node.sh", "node", program],
        input=json.dumps(charts),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_the_axis_reaches_levels_and_shares_end_at_all(program: Path) -> None:
    found = [(axis.get("max"), axis.get("interval")) for axis in axes(program, [asked for asked, _ in AXES])]
    assert found == [pytest.approx(axis, abs=1e-12) for _, axis in AXES]


def test_bins_are_named_by_their_upper_end_and_categories_by_their_name(program: Path) -> None:
    names = ["≤ 0,5", "0,5 – 1,25", "> 1,25"]
    charts = [{**chart("ratio", [0.1, 0.2, 0.7], kind=kind), "x": names} for kind in ("histogram", "bars")]
    bins, bars = axes(program, charts)
    assert bins["names"] == ["≤ 0,5", "≤ 1,25", "> 1,25"]
    assert bars["names"] == names
